/**
 * Kernel of `huber`. With d = x − t, the value is d² / 2 for |d| ≤ δ, else δ (|d| − δ / 2). The derivative is d, clamped
 * to ±δ.
 */
import { f32x4, i32x4 } from '../../assembler.js';
import type { LossKernel } from './kernel.js';

const { const: constant, abs, gt, mul, neg, pmax, pmin, sub } = f32x4;

export const huber: LossKernel = {
  reduction: 'mean',
  options: ['delta'],
  emit: (_, x, t, derivative, value, { delta }) => [
    value.set(sub(x.get, t.get)),
    // With this order of arguments, NaN stays NaN.
    derivative.set(pmin(pmax(value.get, neg(delta)), delta)),
    value.set(abs(value.get)),
    value.set(
      i32x4.select(
        mul(delta, sub(value.get, mul(constant(0.5), delta))),
        mul(constant(0.5), mul(value.get, value.get)),
        gt(value.get, delta),
      ),
    ),
  ],
};
