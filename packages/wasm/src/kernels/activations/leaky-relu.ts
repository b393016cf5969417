/** Kernel of `leakyRelu`: g = h for h > 0, else negativeSlope · h. */
import { f32x4, i32x4 } from '../../assembler.js';
import { type ActivationKernel, one, zero } from './kernel.js';

export const leakyRelu: ActivationKernel = {
  options: ['negativeSlope'],
  emit: (_, h, g, derivative, { negativeSlope }) => [
    derivative.set(i32x4.select(one, negativeSlope, f32x4.gt(h.get, zero))),
    g.set(f32x4.mul(h.get, derivative.get)),
  ],
};
