/** The method's own activation: a soft step from 0 to 1. */
import type { Activation } from '@nnbp/core';

/**
 * $g(h) = \frac{1}{1 + e^{-h}}$, $g'(h) = g (1 - g)$.
 *
 * @example
 * ```ts
 * import { sigmoid } from '@nnbp/activations';
 *
 * sigmoid.value(0); // 0.5
 * sigmoid.derivative(0, 0.5); // 0.25
 * ```
 */
export const sigmoid: Activation = {
  name: 'sigmoid',
  value: (h) => 1 / (1 + Math.exp(-h)),
  derivative: (_, g) => g * (1 - g),
  builtin: { name: 'sigmoid', options: {} },
};
