/** Softplus: a smooth approximation of ReLU. */
import type { Activation } from '@nnbp/core';
import type { ActivationRecord } from './record.js';

/**
 * Softplus: $g(h) = \ln(1 + e^h)$; $g'(h)$ is the sigmoid. Computed as $\max(h, 0) + \ln(1 + e^{-|h|})$, which never
 * overflows.
 */
export const softplus: Activation = {
  name: 'softplus',
  value: (h) => Math.max(h, 0) + Math.log1p(Math.exp(-Math.abs(h))),
  derivative: (h) => 1 / (1 + Math.exp(-h)),
  builtin: { name: 'softplus', options: {} },
};

/** See {@link ActivationRecord}. */
export const softplusRecord: ActivationRecord = {
  activation: softplus,
  make: () => softplus,
  options: {},
  formula: '\\ln(1 + e^h)',
  derivative: '\\sigma(h)',
  range: [0, Infinity],
};
