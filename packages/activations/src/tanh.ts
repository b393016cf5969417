/** Hyperbolic tangent: between −1 and 1, and 0 at h = 0. */
import type { Activation } from '@nnbp/core';
import type { ActivationRecord } from './record.js';

/** Hyperbolic tangent: $g(h) = \tanh h$, $g'(h) = (1 - g)(1 + g)$. */
export const tanh: Activation = {
  name: 'tanh',
  value: Math.tanh,
  derivative: (_, g) => (1 - g) * (1 + g),
  builtin: { name: 'tanh', options: {} },
};

/** See {@link ActivationRecord}. */
export const tanhRecord: ActivationRecord = {
  activation: tanh,
  make: () => tanh,
  options: {},
  formula: '\\tanh h',
  derivative: '(1 - g)(1 + g)',
  range: [-1, 1],
};
