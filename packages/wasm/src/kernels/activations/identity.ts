/** Kernel of `identity`: g = h */
import { type ActivationKernel, one } from './kernel.js';

export const identity: ActivationKernel = {
  emit: (_, h, g, derivative) => [g.set(h.get), derivative.set(one)],
};
