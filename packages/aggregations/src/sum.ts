/** The sum of the incoming values, which is the default aggregation. */
import type { Aggregation } from '@nnbp/core';

/** Sum: $A(z) = \sum_e z_e$, $\partial A / \partial z_e = 1$. */
export const sum: Aggregation = {
  name: 'sum',
  value(z) {
    let total = 0;
    for (let e = 0; e < z.length; e++) total += z[e];
    return total;
  },
  derivative: (_z, _a, dAdz) => {
    dAdz.fill(1);
  },
  isSum: true,
  builtin: { name: 'sum', options: {} },
};
