/** Converts rows of numbers to the flat arrays that executors use. */
import { expectArray, expectFinite, expectLength } from './expect.js';
import type { Standardization } from './standardization.js';

/** The numbers of one sample, or of one step of a sequence. */
export type Row = ArrayLike<number>;

/**
 * Validates rows, standardizes them if there is a scaler, and concatenates them.
 *
 * @param kind - The meaning of a row, for messages: `sample` or `step`.
 * @throws NnbpError `WRONG_TYPE`, `WRONG_LENGTH`, `NOT_FINITE`
 */
export function flatRows(
  what: string,
  rows: ArrayLike<Row>,
  width: number,
  scaler: Standardization | undefined,
  kind = 'sample',
): Float64Array {
  const flat = new Float64Array(rows.length * width);
  for (let s = 0; s < rows.length; s++) {
    const row = rows[s];
    const label = `${what} of ${kind} ${s}`;
    expectArray(label, row);
    expectLength(label, row.length, width);
    expectFinite(label, row);
    for (let k = 0; k < width; k++) flat[s * width + k] = scaler?.apply(row[k], k) ?? row[k];
  }
  return flat;
}
