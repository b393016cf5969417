/** Standardization of columns: (value − mean) / deviation. A network keeps its scalers, so that callers use the data's units. */
import { NnbpError } from './errors.js';
import { expectFinite, expectLength } from './expect.js';

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
      if (value <= 0) throw new NnbpError('OUT_OF_RANGE', `deviation: expected numbers above 0, received ${value}.`);
    }
  }

  /** (value − mean) / deviation. `column` is an index into `mean`. */
  apply(value: number, column: number): number {
    return (value - this.mean[column]) / this.deviation[column];
  }

  /** value · deviation + mean, the inverse of `apply`. */
  undo(value: number, column: number): number {
    return value * this.deviation[column] + this.mean[column];
  }
}
