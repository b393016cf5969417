/** Piecewise linear approximation of the sigmoid. */
import type { Activation } from '@nnbp/core';
import type { ActivationRecord } from './record.js';

/**
 * Hard sigmoid: $g(h) = \min(\max(h / 6 + \tfrac12, 0), 1)$; $g'(h) = \tfrac16$ between −3 and 3, else 0 (as in
 * PyTorch).
 */
export const hardSigmoid: Activation = {
  name: 'hardSigmoid',
  value: (h) => (h <= -3 ? 0 : h >= 3 ? 1 : h / 6 + 0.5),
  derivative: (h) => (h > -3 && h < 3 ? 1 / 6 : 0),
  kinks: [-3, 3],
  builtin: { name: 'hardSigmoid', options: {} },
};

/** See {@link ActivationRecord}. */
export const hardSigmoidRecord: ActivationRecord = {
  activation: hardSigmoid,
  make: () => hardSigmoid,
  options: {},
  formula: '\\min(\\max(\\tfrac h6 + \\tfrac12, 0), 1)',
  derivative: '\\tfrac16 [-3 < h < 3]',
  range: [0, 1],
};
