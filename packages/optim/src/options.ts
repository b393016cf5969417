/** Validation of the options of optimizers, schedules and transforms. */
import { mismatch } from '@nnbp/core';

/**
 * Throws `OUT_OF_RANGE` unless every number is finite, ≥ 0, and less than `below`.
 *
 * @param owner - The name of the optimizer, schedule or transform, for messages.
 */
export function expectOptions(owner: string, options: Readonly<Record<string, number>>, below = Infinity): void {
  for (const [name, value] of Object.entries(options)) {
    if (!(value >= 0 && value < below)) {
      const expected = below < Infinity ? `a number ≥ 0 and < ${below}` : 'a finite number ≥ 0';
      throw mismatch('OUT_OF_RANGE', `${owner}: ${name}`, expected, value);
    }
  }
}
