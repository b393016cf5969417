/** The end of a training step: gradient transforms and the optimizer's update, unless a number could overflow. */
import {
  type Assembler,
  type Callable,
  type Code,
  control,
  double,
  f32x4,
  i32,
  int,
  type Local,
  scalar,
  v128,
} from '../assembler.js';
import { header, word } from '../memory-map.js';
import { laneSum, whileStepFits } from './loops.js';
import { optimizerKernel } from './optimizer.js';
import type { Share } from './share.js';
import { normBlocks, normNumber, squareSums, transformKernel } from './transforms.js';

const currentLoss = double.load(int.const(header.loss));

/** Whether the update is safe: no parameter can overflow, and the loss is finite. `total` is the sum of |gradient|. */
export const isSafe = (total: Local): Code =>
  int.and(
    // Both comparisons are false for NaN. Infinity or NaN minus itself is NaN.
    scalar.le(
      scalar.mul(laneSum(total), scalar.load(int.const(0), header.overflowBound)),
      scalar.load(int.const(0), header.maxUpdate),
    ),
    double.eq(double.sub(currentLoss, currentLoss), double.const(0)),
  );

/**
 * Emits a function that divides the gradients in a range of bytes by the number of samples (or the sum of their
 * weights).
 */
export function meanKernel(module: Assembler): Callable {
  return module.function(undefined, [i32, i32], [], ([from, to], local) => {
    const meanFactor = local(v128);
    const base = int.add(word('parameters'), word('gradients'));
    return [
      meanFactor.set(f32x4.loadSplat(int.const(0), header.mean)),
      from.set(int.add(base, from.get)),
      to.set(int.add(base, to.get)),
      whileStepFits(from, to, 16, f32x4.store(from.get, f32x4.mul(meanFactor.get, f32x4.load(from.get)))),
    ];
  });
}

/**
 * Emits a function that every thread calls after all gradients and the sums of |gradient| have been written. It takes
 * the thread's number and the number of the optimizer's kernel. Every thread checks for itself whether the update is
 * safe; all threads come to the same result.
 *
 * @param share - See {@link Share}.
 * @param shared - Whether several threads share the memory.
 * @param wait - Waits at the barrier; takes the thread's number.
 * @param toMean - The function of {@link meanKernel}.
 */
export function updateKernel(
  exportName: string | undefined,
  module: Assembler,
  share: Share,
  shared: boolean,
  wait: Callable,
  toMean: Callable,
): Callable {
  const optimize = optimizerKernel(module, shared);
  const transform = transformKernel(module);
  const squares = squareSums(module);
  return module.function(exportName, [i32, i32], [], ([thread, optimizer], local) => {
    const [other, from, to, entry, transformNumber] = Array.from({ length: 5 }, () => local(i32));
    const total = local(v128);
    const range = { from, to };
    const shareOfParameters = share(thread, range, word('parameterBytes'), 64);
    const transforms: Code = [
      // Transforms and the update read the gradient of the mean loss.
      shareOfParameters,
      toMean(from.get, to.get),
      wait(thread.get),
      // The optimizer multiplies gradients by `header.mean`. Set it to 1, because the gradients are now means.
      control.when(int.eqz(thread.get), scalar.store(int.const(0), scalar.const(1), header.mean)),
      control.count(entry, int.const(0), word('transformCount'), int.const(1), [
        transformNumber.set(int.load(int.shl(entry.get, int.const(3)), header.transforms)),
        control.when(int.eq(transformNumber.get, int.const(normNumber)), [
          share(thread, range, normBlocks, 1),
          squares(from.get, to.get),
          wait(thread.get),
        ]),
        shareOfParameters,
        transform(
          transformNumber.get,
          int.add(int.shl(entry.get, int.const(3)), int.const(header.transforms + 4)),
          from.get,
          to.get,
        ),
        wait(thread.get),
      ]),
    ];
    return [
      total.set(f32x4.load(int.const(header.total))),
      control.count(other, int.const(1), word('threads'), int.const(1), [
        total.set(f32x4.add(total.get, f32x4.load(int.shl(other.get, int.const(6)), header.total))),
      ]),
      control.when(isSafe(total), [
        control.when(word('transformCount'), transforms),
        shareOfParameters,
        optimize(
          optimizer.get,
          from.get,
          to.get,
          int.add(int.shl(thread.get, int.const(6)), int.const(header.updateAt)),
        ),
        control.when(int.eqz(thread.get), int.store(int.const(header.updated), int.const(1))),
      ]),
      wait(thread.get),
    ];
  });
}
