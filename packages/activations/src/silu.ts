/** Sigmoid linear unit, also called swish: h times the sigmoid of h. */
import type { Activation } from '@nnbp/core';
import type { ActivationRecord } from './record.js';

const sigmoid = (h: number) => 1 / (1 + Math.exp(-h));

/**
 * Sigmoid linear unit: $g(h) = h \, \sigma(h)$, $g'(h) = \sigma(h) (1 + h (1 - \sigma(h)))$, where $\sigma$ is the
 * sigmoid.
 */
export const silu: Activation = {
  name: 'silu',
  value: (h) => h * sigmoid(h),
  // 1 − σ(h) = σ(−h), which stays accurate for large h.
  derivative: (h) => sigmoid(h) * (1 + h * sigmoid(-h)),
  builtin: { name: 'silu', options: {} },
};

/** See {@link ActivationRecord}. */
export const siluRecord: ActivationRecord = {
  activation: silu,
  make: () => silu,
  options: {},
  formula: 'h \\, \\sigma(h)',
  derivative: '\\sigma(h) (1 + h (1 - \\sigma(h)))',
  range: [-0.2784645427610738, Infinity],
};
