/** Standardization of columns: (value − mean) / deviation. A network keeps its scalers, so that callers use the data's units. */
import { NnbpError } from './errors.js';
import { mismatch, expectFinite, expectLength } from './expect.js';

/** Mean and standard deviation of each column of a table. */
export class Standardization {
  /** @throws NnbpError `WRONG_LENGTH`, `NOT_FINITE`, `OUT_OF_RANGE` (a deviation that is not above 0) */
  constructor(
    /** One entry per column. */
    readonly mean: readonly number[],
    /** One entry per column, above 0. */
    readonly deviation: readonly number[],
  ) {
    expectLength('deviation', deviation.length, mean.length);
    expectFinite('mean', mean);
    expectFinite('deviation', deviation);
    for (const value of deviation) {
      if (value <= 0) throw mismatch('OUT_OF_RANGE', 'deviation', 'numbers above 0', value);
    }
  }

  /**
   * Mean and standard deviation of each column of `rows`, `[samples × columns]`. Missing values (null) are ignored. A
   * constant column gets deviation 1.
   *
   * @throws NnbpError `EMPTY_DATA`, `NOT_FINITE`
   *
   * @example
   * ```ts
   * import { Standardization } from '@nnbp/core';
   *
   * const scaler = Standardization.fit([[1, 5], [3, 5]]);
   * [...scaler.applyRow([3, 6])]; // [1, 1]
   * [...scaler.undoRow([1, 1])]; // [3, 6]
   * ```
   */
  static fit(rows: ArrayLike<ArrayLike<number | null>>): Standardization {
    if (rows.length === 0) throw new NnbpError('EMPTY_DATA', 'rows is empty.');
    const width = rows[0].length;
    const mean = new Array<number>(width).fill(0);
    const deviation = new Array<number>(width).fill(0);
    const column = new Float64Array(rows.length);
    for (let k = 0; k < width; k++) {
      let count = 0;
      for (let s = 0; s < rows.length; s++) {
        // A row that is too short gives undefined, which becomes NaN, and so does the mean.
        const value = rows[s][k];
        if (value !== null) column[count++] = value;
      }
      for (let s = 0; s < count; s++) mean[k] += column[s] / count;
      for (let s = 0; s < count; s++) deviation[k] += (column[s] - mean[k]) ** 2 / count;
      deviation[k] = Math.sqrt(deviation[k]);
      // Rounding alone makes the deviation of a constant column differ from 0.
      if (!(deviation[k] > 1e-12 * Math.abs(mean[k]))) deviation[k] = 1;
    }
    return new Standardization(mean, deviation);
  }

  /** (value − mean) / deviation. `column` is an index into `mean`. */
  apply(value: number, column: number): number {
    return (value - this.mean[column]) / this.deviation[column];
  }

  /** value · deviation + mean, the inverse of `apply`. */
  undo(value: number, column: number): number {
    return value * this.deviation[column] + this.mean[column];
  }

  /** A standardized copy of a row: `apply` for each column. */
  applyRow(row: ArrayLike<number>): Float64Array {
    return Float64Array.from(row, (value, column) => this.apply(value, column));
  }

  /** A copy of a standardized row in the units of the data: `undo` for each column. */
  undoRow(row: ArrayLike<number>): Float64Array {
    return Float64Array.from(row, (value, column) => this.undo(value, column));
  }
}
