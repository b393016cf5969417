/** Kernel of `sine`: g = sin(ω h), g' = ω cos(ω h), where ω is the `frequency` option. */
import { f32x4 } from '../../assembler.js';
import { sineAndCosine } from '../elementary.js';
import type { ActivationKernel } from './kernel.js';

export const sine: ActivationKernel = {
  options: ['frequency'],
  emit: (context, h, g, derivative, { frequency }) => [
    sineAndCosine(context, h, frequency, g, derivative),
    derivative.set(f32x4.mul(frequency, derivative.get)),
  ],
};
