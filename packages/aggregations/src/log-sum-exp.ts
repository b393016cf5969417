/** A smooth maximum: the logarithm of the denominator of the softmax. */
import type { Aggregation } from '@nnbp/core';

/**
 * Smooth maximum: $A(z) = \ln \sum_e \exp(z_e)$; $\partial A / \partial z_e = \exp(z_e - A(z))$, the softmax of z.
 * Computed relative to the largest entry, so that nothing overflows.
 */
export const logSumExp: Aggregation = {
  name: 'logSumExp',
  value(z) {
    let largest = -Infinity;
    for (let e = 0; e < z.length; e++) largest = Math.max(largest, z[e]);
    let total = 0;
    for (let e = 0; e < z.length; e++) total += Math.exp(z[e] - largest);
    return largest + Math.log(total);
  },
  derivative(z, a, dAdz) {
    for (let e = 0; e < z.length; e++) dAdz[e] = Math.exp(z[e] - a);
  },
  builtin: { name: 'logSumExp', options: {} },
};
