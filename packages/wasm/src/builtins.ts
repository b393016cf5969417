/** Which plug-ins run inside: those that say what they are, and whose kernel is here. All others are called back. */
import type { Activation, Loss } from '@nnbp/core';
import { activationNames, customActivation } from './kernels/activation.js';
import { customLoss, lossNames } from './kernels/loss.js';

/** The kernel's code and the one number it was given (0 if none), or the code of custom activations. */
export function activationKernelOf({ builtin }: Activation): { readonly code: number; readonly option: number } {
  const code = builtin === undefined ? -1 : activationNames.indexOf(builtin.name);
  if (builtin === undefined || code < 0) return { code: customActivation, option: 0 };
  return { code, option: Object.values(builtin.options)[0] ?? 0 };
}

/** The kernel's code, or that of custom losses. */
export function lossKernelOf({ builtin }: Loss): number {
  const code = builtin === undefined ? -1 : lossNames.indexOf(builtin.name);
  return code < 0 ? customLoss : code;
}
