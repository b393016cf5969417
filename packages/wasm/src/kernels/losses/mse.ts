/** Kernel of `mse`: (x − t)², derivative 2 (x − t). */
import { f32x4 } from '../../assembler.js';
import type { LossKernel } from './kernel.js';

export const mse: LossKernel = {
  reduction: 'mean',
  emit: (_, x, t, derivative, value) => [
    value.set(f32x4.sub(x.get, t.get)),
    derivative.set(f32x4.add(value.get, value.get)),
    value.set(f32x4.mul(value.get, value.get)),
  ],
};
