/** Gaussian: 1 at h = 0, falling to 0 on both sides. */
import type { Activation } from '@nnbp/core';
import { bell } from './bell.js';
import type { ActivationRecord } from './record.js';

/** Gaussian: $g(h) = e^{-h^2}$, $g'(h) = -2 h g$. */
export const gaussian: Activation = {
  name: 'gaussian',
  value: (h) => bell(h, 1),
  derivative: (h, g) => -2 * h * g,
  builtin: { name: 'gaussian', options: {} },
};

/** See {@link ActivationRecord}. */
export const gaussianRecord: ActivationRecord = {
  activation: gaussian,
  make: () => gaussian,
  options: {},
  formula: 'e^{-h^2}',
  derivative: '-2 h g',
  range: [0, 1],
};
