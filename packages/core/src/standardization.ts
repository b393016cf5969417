/**
 * Standardization of columns: (value − mean) / deviation. Networks store their scalers, so that callers can work in the
 * units of the data.
 */
import { NnbpError } from './errors.js';
import { mismatch, expectFinite, expectLength } from './expect.js';

/** A scaler: the mean and standard deviation of each column of a table. */
export class Standardization {
  /** @throws NnbpError `WRONG_LENGTH`, `NOT_FINITE`, `OUT_OF_RANGE` (a deviation that is not above 0) */
  constructor(
    /** The mean of each column. */
    readonly mean: readonly number[],
    /** The standard deviation of each column, above 0. */
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
   * Computes the mean and standard deviation of each column of `rows`, `[samples × columns]`. Missing values (null) are
   * ignored. The deviation of a constant column is set to 1. A column without any values gets mean 0 and deviation 1.
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
    if (rows.length === 0) throw new NnbpError('EMPTY_DATA', 'rows is empty. Pass at least one row.');
    const width = rows[0].length;
    const mean = new Array<number>(width).fill(0);
    const deviation = new Array<number>(width).fill(0);
    const column = new Float64Array(rows.length);
    for (let k = 0; k < width; k++) {
      let count = 0;
      for (let s = 0; s < rows.length; s++) {
        // If a row is too short, `value` is undefined, which makes the mean NaN. The constructor then throws.
        const value = rows[s][k];
        if (value !== null) column[count++] = value;
      }
      for (let s = 0; s < count; s++) mean[k] += column[s] / count;
      for (let s = 0; s < count; s++) deviation[k] += (column[s] - mean[k]) ** 2 / count;
      deviation[k] = Math.sqrt(deviation[k]);
      // Because of rounding, the deviation of a constant column may not be exactly 0.
      if (!(deviation[k] > 1e-12 * Math.abs(mean[k]))) deviation[k] = 1;
    }
    return new Standardization(mean, deviation);
  }

  /** Returns (value − mean) / deviation. `column` is an index into `mean`. */
  apply(value: number, column: number): number {
    return (value - this.mean[column]) / this.deviation[column];
  }

  /** Returns value · deviation + mean, the inverse of `apply`. */
  undo(value: number, column: number): number {
    return value * this.deviation[column] + this.mean[column];
  }

  /** Returns a standardized copy of a row: `apply` for each column. */
  applyRow(row: ArrayLike<number>): Float64Array {
    return Float64Array.from(row, (value, column) => this.apply(value, column));
  }

  /** Returns a copy of a standardized row in the units of the data: `undo` for each column. */
  undoRow(row: ArrayLike<number>): Float64Array {
    return Float64Array.from(row, (value, column) => this.undo(value, column));
  }
}
