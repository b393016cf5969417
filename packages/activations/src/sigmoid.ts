/** Logistic sigmoid, the activation of the method: from 0 to 1, ½ at h = 0. */
import type { Activation } from '@nnbp/core';
import type { ActivationRecord } from './record.js';

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

/** See {@link ActivationRecord}. */
export const sigmoidRecord: ActivationRecord = {
  activation: sigmoid,
  make: () => sigmoid,
  options: {},
  formula: '\\frac{1}{1 + e^{-h}}',
  derivative: 'g (1 - g)',
  range: [0, 1],
};
