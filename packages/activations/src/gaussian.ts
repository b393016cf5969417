/** A bell: 1 at 0, nothing far away. */
import type { Activation } from '@nnbp/core';

/** $g(h) = e^{-h^2}$, $g'(h) = -2 h g$. */
export const gaussian: Activation = {
  name: 'gaussian',
  value: (h) => Math.exp(-h * h),
  derivative: (h, g) => -2 * h * g,
  builtin: { name: 'gaussian', options: {} },
};
