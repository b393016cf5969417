/** Code that several kernels share. */
import { type Code, control, f32x4, int, type Local, scalar } from '../assembler.js';

/** Runs the body while counter + `size` ≤ end, and advances the counter by `step`. */
export function whileStepFits(counter: Local, end: Local, size: number, body: Code, step = size): Code {
  return control.block(
    control.loop(
      control.branchIf(1, int.gtU(int.add(counter.get, int.const(size)), end.get)),
      body,
      counter.set(int.add(counter.get, int.const(step))),
      control.branch(0),
    ),
  );
}

/** Returns the sum of a vector's four lanes. */
export function laneSum(value: Local): Code {
  return scalar.add(
    scalar.add(f32x4.extract(value.get, 0), f32x4.extract(value.get, 1)),
    scalar.add(f32x4.extract(value.get, 2), f32x4.extract(value.get, 3)),
  );
}
