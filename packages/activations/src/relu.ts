/** Rectified linear unit: h if h is positive, else 0. */
import type { Activation } from '@nnbp/core';
import type { ActivationRecord } from './record.js';

/** Rectified linear unit: $g(h) = \max(h, 0)$; $g'(h) = 1$ for $h > 0$, else 0 (also at the kink, as in PyTorch). */
export const relu: Activation = {
  name: 'relu',
  value: (h) => (h > 0 ? h : 0),
  derivative: (h) => (h > 0 ? 1 : 0),
  kinks: [0],
  builtin: { name: 'relu', options: {} },
};

/** See {@link ActivationRecord}. */
export const reluRecord: ActivationRecord = {
  activation: relu,
  make: () => relu,
  options: {},
  formula: '\\max(h, 0)',
  derivative: '[h > 0]',
  range: [0, Infinity],
};
