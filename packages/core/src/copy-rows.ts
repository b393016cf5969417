/** Copies rows of a table in a given order, such as the shuffled order of an epoch. */
import type { FloatArray } from './contract.js';

/**
 * Copies the rows order[first], order[first + 1], … of a table to consecutive rows of another.
 *
 * @param from - The table, row by row.
 * @param width - The length of a row.
 * @param count - The number of rows to copy.
 */
export function copyRows(
  from: FloatArray,
  to: Float64Array,
  width: number,
  order: Uint32Array,
  first: number,
  count: number,
): void {
  // Without an inner loop, rows of width 1 and 2 are copied much faster, which matters for small networks.
  if (width === 1) {
    for (let s = 0; s < count; s++) to[s] = from[order[first + s]];
    return;
  }
  if (width === 2) {
    for (let s = 0; s < count; s++) {
      const row = 2 * order[first + s];
      to[2 * s] = from[row];
      to[2 * s + 1] = from[row + 1];
    }
    return;
  }
  for (let s = 0, at = 0; s < count; s++) {
    const row = order[first + s] * width;
    for (let k = row; k < row + width; k++) to[at++] = from[k];
  }
}
