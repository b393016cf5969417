/** Kernel of `selu`: g = λ h for h > 0, else λ α (exp(h) − 1) */
import { f32x4 } from '../../assembler.js';
import { type ActivationKernel, exponentialUnit } from './kernel.js';

export const selu: ActivationKernel = {
  emit: (context, h, g, derivative) =>
    exponentialUnit(context, h, g, derivative, f32x4.const(1.6732632423543772), 1.0507009873554805),
};
