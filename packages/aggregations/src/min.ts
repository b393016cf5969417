/** The smallest of the incoming values: min pooling. */
import type { Aggregation } from '@nnbp/core';
import { distanceToTie, firstLargest } from './largest.js';

const negative = (z: number) => -z;

/**
 * Minimum: $A(z) = \min_e z_e$; $\partial A / \partial z_e$ is 1 for the smallest entry (the first one if several
 * are equal), else 0. Has a kink where the two smallest entries are equal.
 */
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
