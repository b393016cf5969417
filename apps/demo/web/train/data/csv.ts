/**
 * A table of the user's own: what each column is gets guessed, one is chosen as the answer, the others become inputs. A
 * column of numbers is one input; a column of words is one input a word.
 */
import Papa from 'papaparse';
import type { Dataset, Task } from './dataset.js';
import { divide } from './divide.js';

/** Words that one may learn from, or tell apart. */
const maxWords = 20;
const maxRows = 20_000;
const maxColumns = 200;
/** A column of so few different whole numbers is taken for classes. */
const fewNumbers = 10;
const likelyTarget = /^(class|label|target|species|kind|y|output|answer)$/i;

/** What a column holds. `text` is a column of too many different words: nothing is learnt from it. */
type ColumnKind = 'number' | 'category' | 'text';

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  /** How many different values. */
  readonly distinct: number;
  /** Whether all values are whole numbers. */
  readonly whole: boolean;
}

interface Table {
  readonly columns: readonly Column[];
  /** A row a sample, as text. */
  readonly rows: readonly (readonly string[])[];
  /** Rows left out since a value is missing. */
  readonly incomplete: number;
  /** The number of the column that is most likely asked for. */
  readonly target: number;
}

/** Why a table cannot be used. */
export type TableProblem =
  'empty' | 'one-column' | 'few-rows' | 'too-wide' | 'no-inputs' | 'one-answer' | 'text-answer';

/** Carries a `TableProblem`. */
class TableError extends Error {
  constructor(readonly problem: TableProblem) {
    super(problem);
  }
}

/** @throws TableError */
export function readTable(text: string): Table {
  const { data } = Papa.parse<string[]>(text.trim(), { skipEmptyLines: 'greedy', preview: maxRows + 1 });
  if (data.length === 0) throw new TableError('empty');
  const width = data[0].length;
  if (width < 2) throw new TableError('one-column');
  if (width > maxColumns) throw new TableError('too-wide');
  const cells = data.map((row) => row.map((cell) => cell.trim()));
  // A first line without any number is a heading.
  const heading = cells[0].every((cell) => !isNumber(cell));
  const names = heading ? cells[0] : cells[0].map((_, k) => `column ${k + 1}`);
  const all = heading ? cells.slice(1) : cells;
  const rows = all.filter((row) => row.length === width && row.every((cell) => cell !== '' && cell !== '?'));
  if (rows.length < 5) throw new TableError('few-rows');
  const columns = names.map((name, k) =>
    columnOf(
      name === '' ? `column ${k + 1}` : name,
      rows.map((row) => row[k]),
    ),
  );
  const named = columns.findIndex(({ name, kind }) => likelyTarget.test(name) && kind !== 'text');
  return { columns, rows, incomplete: all.length - rows.length, target: named < 0 ? width - 1 : named };
}

/** What the answers in a column are most likely meant to be. */
export const likelyTask = (column: Column, rows: number): 'number' | 'category' =>
  column.kind === 'number' && !(column.whole && column.distinct <= fewNumbers && rows >= 4 * column.distinct)
    ? 'number'
    : 'category';

/** @throws TableError */
export function tableDataset(table: Table, target: number, as: 'number' | 'category', seed: number): Dataset {
  const answer = table.columns[target];
  const words = table.rows.map((row) => row[target]);
  const classes =
    as === 'number' ? [] : [...new Set(words)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  if (as === 'number' && answer.kind !== 'number') throw new TableError('text-answer');
  if (as === 'category' && classes.length > maxWords) throw new TableError('text-answer');
  if (as === 'category' && classes.length < 2) throw new TableError('one-answer');
  const inputs = table.columns.flatMap((column, k) => (k === target ? [] : inputsOf(table, column, k)));
  if (inputs.length === 0) throw new TableError('no-inputs');
  const task: Task = as === 'number' ? 'regression' : classes.length === 2 ? 'binary' : 'classes';
  return {
    task,
    inputNames: inputs.map(({ name }) => name),
    answerName: answer.name,
    classes,
    ...divide(
      table.rows.map((_, s) => inputs.map(({ values }) => values[s])),
      words.map((word) => (as === 'number' ? Number(word) : classes.indexOf(word))),
      Math.round(table.rows.length * 0.25),
      seed,
    ),
    standardize: true,
  };
}

const isNumber = (cell: string) => cell !== '' && Number.isFinite(Number(cell));

function columnOf(name: string, cells: readonly string[]): Column {
  const distinct = new Set(cells).size;
  const number = cells.every(isNumber);
  const kind: ColumnKind = number ? 'number' : distinct <= maxWords ? 'category' : 'text';
  return { name, kind, distinct, whole: number && cells.every((cell) => Number.isInteger(Number(cell))) };
}

function inputsOf(table: Table, { name, kind }: Column, k: number): { name: string; values: number[] }[] {
  if (kind === 'text') return [];
  if (kind === 'number') return [{ name, values: table.rows.map((row) => Number(row[k])) }];
  return [...new Set(table.rows.map((row) => row[k]))].sort().map((word) => ({
    name: `${name} = ${word}`,
    values: table.rows.map((row) => Number(row[k] === word)),
  }));
}
