/** A soft step from −1 to 1 with long tails, and nothing to compute but a division. */
import type { Activation } from '@nnbp/core';

/** $g(h) = \frac{h}{1 + |h|}$, $g'(h) = \frac{1}{(1 + |h|)^2}$. */
export const softsign: Activation = {
  name: 'softsign',
  value: (h) => h / (1 + Math.abs(h)),
  derivative: (h) => 1 / (1 + Math.abs(h)) ** 2,
  builtin: { name: 'softsign', options: {} },
};
