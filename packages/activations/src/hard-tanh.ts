/** Piecewise linear approximation of tanh: h clamped to the range from −1 to 1. */
import type { Activation } from '@nnbp/core';
import type { ActivationRecord } from './record.js';

/** Hard tanh: $g(h) = \min(\max(h, -1), 1)$; $g'(h) = 1$ between −1 and 1, else 0 (as in PyTorch). */
export const hardTanh: Activation = {
  name: 'hardTanh',
  value: (h) => Math.min(Math.max(h, -1), 1),
  derivative: (h) => (h > -1 && h < 1 ? 1 : 0),
  kinks: [-1, 1],
  builtin: { name: 'hardTanh', options: {} },
};

/** See {@link ActivationRecord}. */
export const hardTanhRecord: ActivationRecord = {
  activation: hardTanh,
  make: () => hardTanh,
  options: {},
  formula: '\\min(\\max(h, -1), 1)',
  derivative: '[-1 < h < 1]',
  range: [-1, 1],
};
