/** The entry that is furthest from 0, with its sign. */
import type { Aggregation } from '@nnbp/core';
import { distanceToTie, firstLargest } from './largest.js';

/**
 * The entry furthest from 0: $A(z) = z_m$ with the largest $|z_m|$, the first one if several are equal.
 * $\partial A / \partial z_e$ is 1 for this entry, else 0. Has a kink where the two largest $|z_e|$ are equal.
 */
export const maxAbs: Aggregation = {
  name: 'maxAbs',
  value: (z) => z[firstLargest(z, Math.abs)],
  derivative(z, _a, dAdz) {
    dAdz.fill(0);
    dAdz[firstLargest(z, Math.abs)] = 1;
  },
  kinkDistance: (z) => distanceToTie(z, Math.abs),
  builtin: { name: 'maxAbs', options: {} },
};
