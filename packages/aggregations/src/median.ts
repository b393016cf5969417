import type { Aggregation } from '@nnbp/core';

/** The indices of the entries from the smallest to the largest; equal entries keep their order. */
const sortedIndices = (z: ArrayLike<number>) => Array.from(z, (_, e) => e).sort((a, b) => z[a] - z[b]);

/** Returns the indices of the two middle entries. If the number of entries is odd, both are the middle entry. */
function middle(z: ArrayLike<number>): readonly [number, number] {
  const order = sortedIndices(z);
  return [order[(z.length - 1) >> 1], order[z.length >> 1]];
}

/**
 * Median: $A(z)$ is the middle entry, or the mean of the two middle entries if the number of entries is even.
 * $\partial A / \partial z_e$ is 1 for the middle entry, or ½ for each of the two, 0 otherwise. Has a kink where a
 * middle entry equals a neighbour that is not in the middle.
 */
export const median: Aggregation = {
  name: 'median',
  value(z) {
    const [low, high] = middle(z);
    // Halved first, since the sum of two large numbers can overflow.
    return low === high ? z[low] : z[low] / 2 + z[high] / 2;
  },
  derivative(z, _a, dAdz) {
    const [low, high] = middle(z);
    dAdz.fill(0);
    dAdz[low] += 0.5;
    dAdz[high] += 0.5;
  },
  kinkDistance(z) {
    const order = sortedIndices(z);
    const [low, high] = [(z.length - 1) >> 1, z.length >> 1];
    const halfGap = (k: number) => (k < 0 || k + 1 >= z.length ? Infinity : (z[order[k + 1]] - z[order[k]]) / 2);
    // Swapping the two middle entries does not change their mean.
    return Math.min(halfGap(low - 1), halfGap(high));
  },
  builtin: { name: 'median', options: {} },
};
