/** What stands in each column of a file, counted in one pass: the first of the two that training needs. */
import type { Csv } from './read.js';
import { isMissing, numberIn } from './cell.js';

/** More different values than these are not listed. */
const maxValues = 1000;

/** What is known of a column. */
export interface ColumnSurvey {
  readonly name: string;
  /** Cells with something in them. */
  present: number;
  /** Cells with a number in them. */
  numbers: number;
  least: number;
  most: number;
  /** Of the numbers. */
  mean: number;
  /** Whether all numbers are whole. */
  whole: boolean;
  /** Whether every number is greater than the one before. */
  rising: boolean;
  /** How often each value stands there, in the order of their first coming; `undefined` if there are too many. */
  values: Map<string, number> | undefined;
  /** A cell that is no number, for messages. */
  word: string | undefined;
}

/** What is known of a file. */
export interface Survey {
  readonly rows: number;
  readonly columns: readonly ColumnSurvey[];
}

/** Reads all of it once. */
export async function survey(csv: Csv, signal?: AbortSignal): Promise<Survey> {
  const columns = csv.header.map((name): ColumnSurvey => ({
    name,
    present: 0,
    numbers: 0,
    least: Infinity,
    most: -Infinity,
    mean: 0,
    whole: true,
    rising: true,
    values: new Map(),
    word: undefined,
  }));
  let rows = 0;
  for await (const { cells } of csv.rows()) {
    rows++;
    for (let k = 0; k < columns.length; k++) count(columns[k], cells[k], csv.dialect.decimal);
    if (rows % 1024 === 0) signal?.throwIfAborted();
  }
  return { rows, columns };
}

function count(column: ColumnSurvey, cell: string, decimal: '.' | ','): void {
  if (isMissing(cell)) return;
  column.present++;
  const value = numberIn(cell, decimal);
  if (value === undefined) column.word ??= cell;
  else {
    if (value <= column.most) column.rising = false;
    column.numbers++;
    column.mean += (value - column.mean) / column.numbers;
    column.least = Math.min(column.least, value);
    column.most = Math.max(column.most, value);
    column.whole &&= Number.isInteger(value);
  }
  if (column.values === undefined) return;
  column.values.set(cell, (column.values.get(cell) ?? 0) + 1);
  if (column.values.size > maxValues) column.values = undefined;
}
