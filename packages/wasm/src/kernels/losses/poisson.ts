/** Kernel of `poisson`: exp(x) − t x, derivative exp(x) − t. */
import { f32x4, i32x4 } from '../../assembler.js';
import { exp } from '../elementary.js';
import type { LossKernel } from './kernel.js';

const { const: constant, gt, mul, sub } = f32x4;

export const poisson: LossKernel = {
  reduction: 'mean',
  emit: (context, x, t, derivative, value) => [
    exp(context, x.get, value),
    // The kernel's exponential stops at exp(87): beyond, the loss counts as infinite, and the step is not taken.
    value.set(i32x4.select(constant(Infinity), value.get, gt(x.get, constant(87)))),
    derivative.set(sub(value.get, t.get)),
    value.set(sub(value.get, mul(t.get, x.get))),
  ],
};
