/** Shuffles samples and splits off a validation set. */
import { Random, shuffle } from '@nnbp/core';
import { type SampleSet, sampleSetOf } from './dataset.js';

/** Splits the rows at random: `validationCount` rows for validation, the rest for training. */
export function divide(
  rows: readonly ArrayLike<number>[],
  targets: readonly number[],
  validationCount: number,
  seed: number,
): { readonly training: SampleSet; readonly validation: SampleSet } {
  const order = rows.map((_, s) => s);
  shuffle(order, new Random(seed));
  const pick = (samples: readonly number[]) =>
    sampleSetOf(
      samples.map((s) => rows[s]),
      samples.map((s) => targets[s]),
    );
  return { validation: pick(order.slice(0, validationCount)), training: pick(order.slice(validationCount)) };
}
