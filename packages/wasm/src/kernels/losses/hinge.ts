/** Kernel of `hinge`: max(0, 1 − t x), derivative −t where t x < 1, else 0. */
import { f32x4, i32x4 } from '../../assembler.js';
import type { LossKernel } from './kernel.js';

const { const: constant, lt, mul, neg, pmax, sub } = f32x4;

export const hinge: LossKernel = {
  reduction: 'mean',
  emit: (_, x, t, derivative, value) => [
    value.set(mul(t.get, x.get)),
    derivative.set(i32x4.and(neg(t.get), lt(value.get, constant(1)))),
    value.set(pmax(sub(constant(1), value.get), constant(0))),
  ],
};
