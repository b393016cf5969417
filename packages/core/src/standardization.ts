/**
 * The units a network thinks in: each column minus its mean, over its deviation. It travels with the network, so that
 * people go on in their own units.
 */
import { expectFinite, expectLength, NnbpError } from './errors.js';

/** Mean and deviation of each column of a table. */
export class Standardization {
  /** @throws NnbpError `WRONG_LENGTH`, `NOT_FINITE`, `OUT_OF_RANGE` (a deviation that is not above 0) */
  constructor(
    /** One entry a column. */
    readonly mean: readonly number[],
    /** One entry a column, above 0. */
    readonly deviation: readonly number[],
  ) {
    expectLength('deviation', deviation.length, mean.length);
    expectFinite('mean', mean);
    expectFinite('deviation', deviation);
    for (const value of deviation) {
      if (value <= 0) throw new NnbpError('OUT_OF_RANGE', `deviation: expected numbers above 0, found ${value}.`);
    }
  }

  /** (value − mean) / deviation. `column` is an index into `mean`. */
  apply(value: number, column: number): number {
    return (value - this.mean[column]) / this.deviation[column];
  }

  /** value · deviation + mean: what `apply` came from. */
  undo(value: number, column: number): number {
    return value * this.deviation[column] + this.mean[column];
  }
}
