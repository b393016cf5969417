/** Kernel of `poisson`: exp(x) − t x, derivative exp(x) − t. */
import { f32x4, i32x4 } from '../../assembler.js';
import { exp } from '../elementary.js';
import type { LossKernel } from './kernel.js';

const { const: constant, gt, mul, sub } = f32x4;

export const poisson: LossKernel = {
  reduction: 'mean',
  emit: (context, x, t, derivative, value) => [
    exp(context, x.get, value),
    // exp() clamps its argument to 87. For larger x, the loss is set to infinity, so that no update is made.
    value.set(i32x4.select(constant(Infinity), value.get, gt(x.get, constant(87)))),
    derivative.set(sub(value.get, t.get)),
    value.set(sub(value.get, mul(t.get, x.get))),
  ],
};
