/** Softsign: ranges from −1 to 1 like tanh, but saturates more slowly and needs no exponential. */
import type { Activation } from '@nnbp/core';
import type { ActivationRecord } from './record.js';

/** Softsign: $g(h) = \frac{h}{1 + |h|}$, $g'(h) = \frac{1}{(1 + |h|)^2}$. */
export const softsign: Activation = {
  name: 'softsign',
  value: (h) => h / (1 + Math.abs(h)),
  derivative: (h) => 1 / (1 + Math.abs(h)) ** 2,
  builtin: { name: 'softsign', options: {} },
};

/** See {@link ActivationRecord}. */
export const softsignRecord: ActivationRecord = {
  activation: softsign,
  make: () => softsign,
  options: {},
  formula: '\\frac{h}{1 + |h|}',
  derivative: '\\frac{1}{(1 + |h|)^2}',
  range: [-1, 1],
};
