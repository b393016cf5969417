/** The straight line: a node that only adds up. */
import type { Activation } from '@nnbp/core';

/** $g(h) = h$, $g'(h) = 1$. */
export const identity: Activation = {
  name: 'identity',
  value: (h) => h,
  derivative: () => 1,
  builtin: { name: 'identity', options: {} },
};
