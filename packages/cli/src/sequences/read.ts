/** Reads the rows of a table as sequences: rows with the same value in the group column, in the order of the file. */
import { type Column, nodeCount, withoutFill } from '../columns.js';
import type { Csv } from '../csv/read.js';
import { Encoder, Gaps } from '../encode.js';
import { expectColumns } from '../guess.js';
import { misuse } from '../problem.js';
import { groupReader } from '../training/groups.js';

/** Maximum number of values in all sequences, which are kept in memory. */
const maxNumbers = 1 << 24;

/** A row of a sequence. */
export interface Step {
  readonly cells: readonly string[];
  /** Row number in the file, from 1. */
  readonly row: number;
  /** One number per input column; undefined if a cell is missing. */
  readonly input: Float64Array | undefined;
  /** One number per target column; undefined if the target is missing or was not requested. */
  readonly target: Float64Array | undefined;
}

/** The rows of a group. */
export interface RowSequence {
  /** The cell in the group column. */
  readonly name: string;
  readonly steps: readonly Step[];
}

export interface SequenceColumns {
  readonly group: string;
  readonly inputs: readonly Column[];
  /** Empty if targets are not read. */
  readonly targets: readonly Column[];
}

export interface SequenceTable {
  /** In the order of their first rows. */
  readonly sequences: readonly RowSequence[];
  readonly rows: number;
  /** The numbers of rows without values, which belong to no sequence. */
  readonly emptyRows: readonly number[];
  /** Counts the rows with a missing input. */
  readonly gaps: Gaps;
  /** Counts the rows with an unusable input that was filled in. */
  readonly filled: Gaps;
}

/** @throws Problem if a column is missing, a row has no group, or the file is too large */
export async function readSequences(
  csv: Csv,
  { group, inputs, targets }: SequenceColumns,
  signal: AbortSignal | undefined,
): Promise<SequenceTable> {
  expectColumns(csv, [group]);
  const groupOf = groupReader(csv, group, 'Every row must have a group, which identifies its sequence.');
  const inputEncoder = new Encoder(inputs, csv);
  const targetEncoder = new Encoder(withoutFill(targets), csv);
  const nodes = nodeCount([...inputs, ...targets]);
  const [gaps, filled] = [new Gaps(), new Gaps()];
  const byName = new Map<string, Step[]>();
  const emptyRows: number[] = [];
  let rows = 0;
  for await (const row of csv.rows()) {
    const { cells, number } = row;
    if (number % 1024 === 0) signal?.throwIfAborted();
    if (cells.every((cell) => cell === '')) {
      emptyRows.push(number);
      continue;
    }
    const name = groupOf(row);
    if (++rows * nodes > maxNumbers) {
      throw misuse(
        `${csv.name} is too large: sequences are kept in memory, which is limited to ${maxNumbers.toLocaleString('en')} values. Use fewer rows or columns.`,
      );
    }
    const input = new Float64Array(inputs.length);
    const gap = inputEncoder.encode(cells, input);
    if (gap !== undefined) gaps.add(gap, number);
    else if (inputEncoder.replaced !== undefined) filled.add(inputEncoder.replaced, number);
    const target = new Float64Array(targets.length);
    const known = targets.length > 0 && targetEncoder.encode(cells, target) === undefined;
    const step = {
      cells,
      row: number,
      input: gap === undefined ? input : undefined,
      target: known ? target : undefined,
    };
    const steps = byName.get(name);
    if (steps === undefined) byName.set(name, [step]);
    else steps.push(step);
  }
  return { sequences: Array.from(byName, ([name, steps]) => ({ name, steps })), rows, emptyRows, gaps, filled };
}
