/** The straight line, cut off at −1 and 1. */
import type { Activation } from '@nnbp/core';

/** $g(h) = \min(\max(h, -1), 1)$; $g'(h) = 1$ between −1 and 1, else 0 (as in PyTorch). */
export const hardTanh: Activation = {
  name: 'hardTanh',
  value: (h) => Math.min(Math.max(h, -1), 1),
  derivative: (h) => (h > -1 && h < 1 ? 1 : 0),
  kinks: [-1, 1],
  builtin: { name: 'hardTanh', options: {} },
};
