/** Kernel of `softsign`: g = h / (1 + |h|), g' = 1 / (1 + |h|)² */
import { f32x4 } from '../../assembler.js';
import { type ActivationKernel, one } from './kernel.js';

export const softsign: ActivationKernel = {
  emit: (_, h, g, derivative) => [
    derivative.set(f32x4.div(one, f32x4.add(one, f32x4.abs(h.get)))),
    g.set(f32x4.mul(h.get, derivative.get)),
    derivative.set(f32x4.mul(derivative.get, derivative.get)),
  ],
};
