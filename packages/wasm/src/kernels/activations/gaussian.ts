/** Kernel of `gaussian`: g = exp(−h²), g' = −2 h g. */
import { f32x4 } from '../../assembler.js';
import { expOfSquare } from '../elementary.js';
import type { ActivationKernel } from './kernel.js';

export const gaussian: ActivationKernel = {
  emit: (context, h, g, derivative) => [
    expOfSquare(context, h, g, 1),
    derivative.set(f32x4.mul(f32x4.mul(f32x4.const(-2), h.get), g.get)),
  ],
};
