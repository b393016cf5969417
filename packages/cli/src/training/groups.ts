/** `--group`: rows with the same value in a column stay in the same set. */
import { Random } from '@nnbp/core';
import { drawGroups } from '@nnbp/train';
import type { Csv, CsvRow } from '../csv/read.js';
import { misuse, Problem } from '../problem.js';
import { visible } from '../visible.js';

/** The set to which a row belongs. */
export type Part = 'training' | 'validation' | 'test';

/**
 * The fraction of all rows to use for the test set, and that of the other rows for the validation set, both in [0, 1).
 */
export interface PartSizes {
  readonly testSplit: number;
  readonly validationSplit: number;
  readonly seed: number;
}

/**
 * Returns a function that looks up the group of a row.
 *
 * @param reason - Why every row must have a group, for the error message.
 * @throws Problem in the returned function if the row has no group
 */
export function groupReader(
  csv: Csv,
  group: string,
  reason = 'With --group, every row must have a group.',
): (row: CsvRow) => string {
  const column = csv.header.indexOf(group);
  return ({ cells, number }) => {
    if (csv.format.missing.always(cells[column])) {
      throw new Problem(`${csv.name}, row ${number}: "${group}" has no value. ${reason}`);
    }
    return cells[column];
  };
}

/** Draws the set of each group. The sizes of the sets are as close to the requested fractions as whole groups allow. */
export function partsOfGroups(
  sizes: ReadonlyMap<string, number>,
  group: string,
  { testSplit, validationSplit, seed }: PartSizes,
): ReadonlyMap<string, Part> {
  const needed = 1 + Number(testSplit > 0) + Number(validationSplit > 0);
  if (sizes.size < needed) {
    throw misuse(
      `--group: training, validation and test sets of whole groups need at least ${needed} groups, but "${visible(group)}" has ${sizes.size}. Set --test-split 0 or --validation-split 0.`,
    );
  }
  const random = new Random(seed);
  const parts = new Map<string, Part>();
  const left = new Map(sizes);
  const draw = (part: Part, fraction: number) => {
    if (fraction === 0) return;
    for (const name of drawGroups(left, fraction, random)) {
      parts.set(name, part);
      left.delete(name);
    }
  };
  draw('test', testSplit);
  // The test set may have taken all groups except one, which is needed for training.
  if (left.size > 1) draw('validation', validationSplit);
  for (const name of left.keys()) parts.set(name, 'training');
  return parts;
}
