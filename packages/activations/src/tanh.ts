/** A soft step from −1 to 1, steepest at 0. */
import type { Activation } from '@nnbp/core';

/** $g(h) = \tanh h$, $g'(h) = (1 - g)(1 + g)$. */
export const tanh: Activation = {
  name: 'tanh',
  value: Math.tanh,
  derivative: (_, g) => (1 - g) * (1 + g),
  builtin: { name: 'tanh', options: {} },
};
