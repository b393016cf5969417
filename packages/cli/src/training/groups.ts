/** `--group`: rows with the same value in a column stay in the same set. */
import { Random } from '@nnbp/core';
import { drawGroups } from '@nnbp/train';
import type { Csv, CsvRow } from '../csv/read.js';
import { misuse, Problem } from '../problem.js';
import { visible } from '../visible.js';

/** The set to which a row belongs. */
export type Part = 'training' | 'validation' | 'test';

/** How to split rows at random into three sets. The fractions are in [0, 1). */
export interface SplitOptions {
  /** The fraction of all rows that is used for the test set. */
  readonly testSplit: number;
  /** The fraction of the other rows that is used for the validation set. */
  readonly validationSplit: number;
  readonly seed: number;
}

/**
 * Returns a function that looks up the group of a row, and throws a `Problem` if the row has none.
 *
 * @param reason - Why every row must have a group, for the error message.
 */
export function groupReader(
  csv: Csv,
  groupColumn: string,
  reason = 'With --group, every row must have a group.',
): (row: CsvRow) => string {
  const column = csv.header.indexOf(groupColumn);
  return ({ cells, number }) => {
    const name = cells[column].trim();
    if (csv.format.missing.always(name)) {
      throw new Problem(`${csv.name}, row ${number}: "${groupColumn}" has no value. ${reason}`);
    }
    return name;
  };
}

/**
 * Assigns each group to a set at random. Groups are not split, so the sizes of the sets only approximate the requested
 * fractions.
 *
 * @param sizes - The number of rows in each group.
 */
export function partsOfGroups(
  sizes: ReadonlyMap<string, number>,
  groupColumn: string,
  { testSplit, validationSplit, seed }: SplitOptions,
): ReadonlyMap<string, Part> {
  const drawnSets = [...(validationSplit > 0 ? ['validation'] : []), ...(testSplit > 0 ? ['test'] : [])];
  if (sizes.size <= drawnSets.length) {
    const sets = new Intl.ListFormat('en-GB').format(['training', ...drawnSets]);
    const advice = drawnSets.map((set) => `--${set}-split 0`).join(' or ');
    throw misuse(
      `--group: ${sets} sets need at least ${drawnSets.length + 1} groups, but "${visible(groupColumn)}" has ${sizes.size}. Set ${advice}.`,
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
