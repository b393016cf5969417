/** Kernel of `mae`: |x − t|, derivative sign(x − t). */
import { f32x4 } from '../../assembler.js';
import { signOf } from '../elementary.js';
import type { LossKernel } from './kernel.js';

export const mae: LossKernel = {
  reduction: 'mean',
  emit: (_, x, t, derivative, value) => [
    value.set(f32x4.sub(x.get, t.get)),
    derivative.set(signOf(value.get)),
    value.set(f32x4.abs(value.get)),
  ],
};
