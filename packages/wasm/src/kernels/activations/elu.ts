/** Kernel of `elu`: g = h for h > 0, else α (exp(h) − 1) */
import { type ActivationKernel, exponentialUnit } from './kernel.js';

export const elu: ActivationKernel = {
  options: ['alpha'],
  emit: (context, h, g, derivative, { alpha }) => exponentialUnit(context, h, g, derivative, alpha, 1),
};
