/** The largest of the incoming values: max pooling. */
import type { Aggregation } from '@nnbp/core';
import { distanceToTie, firstLargest } from './largest.js';

const identity = (z: number) => z;

/**
 * Maximum: $A(z) = \max_e z_e$; $\partial A / \partial z_e$ is 1 for the largest entry (the first one if several
 * are equal), else 0. Has a kink where the two largest entries are equal.
 */
export const max: Aggregation = {
  name: 'max',
  value: (z) => z[firstLargest(z, identity)],
  derivative(z, _a, dAdz) {
    dAdz.fill(0);
    dAdz[firstLargest(z, identity)] = 1;
  },
  kinkDistance: (z) => distanceToTie(z, identity),
  builtin: { name: 'max', options: {} },
};
