/** Kernel of `klDivergence`: t (ln t − x), 0 for t = 0, summed over outputs; derivative −t. */
import { f32x4, i32x4 } from '../../assembler.js';
import { log } from '../elementary.js';
import type { LossKernel } from './kernel.js';

const { const: constant, gt, mul, neg, pmax, sub } = f32x4;

export const klDivergence: LossKernel = {
  reduction: 'sum',
  emit: (context, x, t, derivative, value) => [
    // log() is not correct for subnormal numbers or 0.
    log(context, pmax(t.get, constant(2 ** -126)), value),
    value.set(i32x4.and(mul(t.get, sub(value.get, x.get)), gt(t.get, constant(0)))),
    derivative.set(neg(t.get)),
  ],
};
