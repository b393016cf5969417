/** Rectified linear unit: h where h is positive, else 0. */
import type { Activation } from '@nnbp/core';
import type { ActivationRecord } from './record.js';

/** $g(h) = \max(h, 0)$, $g'(h) = 1$ above 0, else 0 (at the kink too, as in PyTorch). */
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
