/** Validation of the options of optimizers, schedules and transforms. */
import { mismatch } from '@nnbp/core';

/** Throws `OUT_OF_RANGE` unless every number is finite, ≥ 0, and below `below` if that is given. */
export function expectOptions(optimizer: string, options: Readonly<Record<string, number>>, below = Infinity): void {
  for (const [name, value] of Object.entries(options)) {
    if (!(value >= 0 && value < below)) {
      throw mismatch('OUT_OF_RANGE', `${optimizer}: ${name}`, `0 <= ${name} < ${below}`, value);
    }
  }
}
