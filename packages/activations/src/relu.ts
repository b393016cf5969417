/** The hinge: nothing below 0, the straight line above. */
import type { Activation } from '@nnbp/core';

/** $g(h) = \max(h, 0)$, $g'(h) = 1$ above 0, else 0 (at the kink too, as in PyTorch). */
export const relu: Activation = {
  name: 'relu',
  value: (h) => (h > 0 ? h : 0),
  derivative: (h) => (h > 0 ? 1 : 0),
  kinks: [0],
  builtin: { name: 'relu', options: {} },
};
