/** A bell: 1 at 0, nothing far away. */
import type { Activation } from '@nnbp/core';
import { bell } from './bell.js';

/** $g(h) = e^{-h^2}$, $g'(h) = -2 h g$. */
export const gaussian: Activation = {
  name: 'gaussian',
  value: (h) => bell(h, 1),
  derivative: (h, g) => -2 * h * g,
  builtin: { name: 'gaussian', options: {} },
};
