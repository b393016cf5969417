/** Loops that several kernels have in common. */
import { type Code, control, int, type Local } from '../assembler.js';

/** Runs the body while `size` more fit below the end, and advances by `step`. */
export function whileRoom(counter: Local, end: Local, size: number, body: Code, step = size): Code {
  return control.block(
    control.loop(
      control.branchIf(1, int.gtU(int.add(counter.get, int.const(size)), end.get)),
      body,
      counter.set(int.add(counter.get, int.const(step))),
      control.branch(0),
    ),
  );
}
