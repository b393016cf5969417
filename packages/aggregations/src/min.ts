/** The smallest of the incoming values: min pooling. */
import type { Aggregation } from '@nnbp/core';
import { distanceToTie, firstLargest } from './largest.js';

const negative = (z: number) => -z;

/** $A(z) = \min_e z_e$; $\partial A / \partial z_e$ is 1 for the first smallest entry, else 0. A kink where two are equal. */
export const min: Aggregation = {
  name: 'min',
  value: (z) => z[firstLargest(z, negative)],
  derivative(z, _a, dAdz) {
    dAdz.fill(0);
    dAdz[firstLargest(z, negative)] = 1;
  },
  kinkDistance: (z) => distanceToTie(z, negative),
  builtin: { name: 'min', options: {} },
};
