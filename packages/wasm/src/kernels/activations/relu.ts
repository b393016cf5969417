/** Kernel of `relu`: g = max(h, 0), g' = 1 where h > 0 */
import { f32x4, i32x4 } from '../../assembler.js';
import { type ActivationKernel, one, zero } from './kernel.js';

export const relu: ActivationKernel = {
  emit: (_, h, g, derivative) => [
    g.set(f32x4.pmax(h.get, zero)),
    derivative.set(i32x4.and(f32x4.gt(h.get, zero), one)),
  ],
};
