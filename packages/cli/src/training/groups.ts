/** `--group`: rows with the same value in a column stay in the same part of the data. */
import { Random } from '@nnbp/core';
import { drawGroups } from '@nnbp/train';
import type { Csv, CsvRow } from '../csv/read.js';
import { misuse, Problem } from '../problem.js';
import { visible } from '../visible.js';

/** A part of the rows. */
export type Part = 'training' | 'validation' | 'test';

/** Fractions of the rows: for the test set, and of the others for the validation set. */
export interface PartSizes {
  readonly testSplit: number;
  readonly validationSplit: number;
  readonly seed: number;
}

/**
 * Returns the group of a row.
 *
 * @param reason - Why a row needs a group, for the error.
 * @throws Problem from the function that it returns, if the row has no group
 */
export function groupReader(
  csv: Csv,
  group: string,
  reason = 'With --group, every row needs a group.',
): (row: CsvRow) => string {
  const column = csv.header.indexOf(group);
  return ({ cells, number }) => {
    if (csv.format.missing.always(cells[column])) {
      throw new Problem(`${csv.name}, row ${number}: "${group}" is empty. ${reason}`);
    }
    return cells[column];
  };
}

/** The part of each group, given the number of its rows. The sizes are as close to the requested ones as whole groups allow. */
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
  // The test set may have taken all groups but one.
  if (left.size > 1) draw('validation', validationSplit);
  for (const name of left.keys()) parts.set(name, 'training');
  return parts;
}
