/** The mean of the incoming values: average pooling. */
import type { Aggregation } from '@nnbp/core';

/** Mean: $A(z) = \frac{1}{n} \sum_e z_e$, $\partial A / \partial z_e = \frac{1}{n}$ for n edges. */
export const mean: Aggregation = {
  name: 'mean',
  value(z) {
    let total = 0;
    for (let e = 0; e < z.length; e++) total += z[e];
    return total / z.length;
  },
  derivative: (z, _a, dAdz) => {
    dAdz.fill(1 / z.length);
  },
  builtin: { name: 'mean', options: {} },
};
