/**
 * Reads a CSV file that the user chose. The parser of the CLI detects the dialect of the file and the kind of
 * each column. One column becomes the target, the others inputs: one input per numeric column, and one per distinct
 * word of a categorical column.
 */
import {
  withSingleSpaces,
  categoryOf,
  ColumnCounter,
  type ColumnSurvey,
  decoderFor,
  encodingOf,
  guessDialect,
  headerOf,
  inputKind,
  MissingValues,
  numberIn,
  rowsIn,
  surveysOf,
  targetKind,
} from '@nnbp/cli/csv';
import Papa from 'papaparse';
import type { Task } from '../../shared/training-settings.js';
import type { Dataset, InputField } from './dataset.js';
import { divide } from './divide.js';

/** Maximum number of distinct words in a categorical column. A column with more words is text. */
const maxWords = 20;
/** Maximum number of rows, without the header. */
const maxRows = 20_000;
const maxColumns = 200;
const minRows = 5;
/** Number of rows used to detect the header. */
const sampleRows = 200;
const likelyTarget = /^(class|label|target|species|kind|y|output|answer)$/i;

/** Kind of a column. A `text` column has too many distinct words or mostly empty cells, and is not used. */
type ColumnKind = 'number' | 'category' | 'text';

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Number of distinct values. */
  readonly distinct: number;
  /** The default kind of prediction if the column is the target. */
  readonly as: 'number' | 'category';
}

interface Table {
  readonly columns: readonly Column[];
  /** One row per sample: numbers in JavaScript's notation, and words. */
  readonly rows: readonly (readonly string[])[];
  /**
   * The number of rows left out because a value is missing or invalid, or because they have the wrong number of cells.
   */
  readonly incomplete: number;
  /** Whether the file has more than `maxRows` rows. */
  readonly hasMore: boolean;
  /** The index of the column that is most likely the target. */
  readonly target: number;
}

export type TableProblem =
  | 'empty'
  | 'encoding'
  | 'one-column'
  | 'few-rows'
  | 'too-wide'
  | 'no-inputs'
  | 'one-value'
  | 'text-target';

class TableError extends Error {
  constructor(readonly problem: TableProblem) {
    super(problem);
  }
}

/**
 * Decodes a file in UTF-8, or in UTF-16 with a byte order mark.
 *
 * @throws TableError if the file has a different encoding
 */
export function decodeTable(bytes: Uint8Array): string {
  const decoder = decoderFor('the file', encodingOf(bytes));
  try {
    return decoder.decode(bytes) + decoder.end();
  } catch {
    throw new TableError('encoding');
  }
}

/**
 * Parses a table and detects the kind of each column. Rows beyond 20,000, and rows with a missing or invalid cell, are
 * left out.
 *
 * @throws TableError if the table cannot be used
 */
export function readTable(text: string): Table {
  const dialect = guessDialect(text.slice(0, 1 << 16));
  const body = rowsIn(text, dialect);
  const { data: read } = Papa.parse<string[]>(dialect.delimiter === ' ' ? withSingleSpaces(body) : body, {
    delimiter: dialect.delimiter,
    quoteChar: dialect.quote ?? '\0',
    comments: dialect.comment ?? false,
    skipEmptyLines: 'greedy',
    preview: maxRows + 2,
  });
  const data = read.slice(0, maxRows + 1);
  if (data.length === 0) throw new TableError('empty');
  const width = data[0].length;
  if (width < 2) throw new TableError('one-column');
  if (width > maxColumns) throw new TableError('too-wide');
  const cells = data.map((row) => row.map((cell) => cell.trim()));
  const { names, named, hasHeaderRow } = headerOf(cells.slice(0, sampleRows), { declared: dialect.names });
  const records = hasHeaderRow ? cells.slice(1) : cells.slice(0, maxRows);
  const rowsOfWidth = records.filter((row) => row.length === width);
  const missing = new MissingValues();
  const counters = names.map(
    (name, k) => new ColumnCounter(named ? name : `column ${k + 1}`, { missing, delimiter: dialect.delimiter }),
  );
  for (const row of rowsOfWidth) counters.forEach((counter, k) => counter.add(row[k]));
  const surveys = surveysOf(counters, dialect.delimiter);
  const found = surveys.map((survey) => columnOf(survey, rowsOfWidth.length));
  const values = rowsOfWidth.map((row) => row.map((cell, k) => valueIn(cell, found[k], surveys[k])));
  const rows = values.filter((row): row is string[] => row.every((value) => value !== undefined));
  if (rows.length < minRows) throw new TableError('few-rows');
  const columns = found.map((column, k) => ({ ...column, distinct: new Set(rows.map((row) => row[k])).size }));
  const likely = columns.findIndex(({ name, kind }) => likelyTarget.test(name) && kind !== 'text');
  const incomplete = records.length - rows.length;
  const hasMore = read.length - (hasHeaderRow ? 1 : 0) > maxRows;
  return { columns, rows, incomplete, hasMore, target: likely < 0 ? width - 1 : likely };
}

function columnOf(survey: ColumnSurvey, rows: number): Omit<Column, 'distinct'> {
  const { name, values, numbers, present } = survey;
  const distinct = values?.size ?? Infinity;
  const found = inputKind(survey);
  const mostlyEmpty = present < rows / 2;
  const isNumber = found === 'number' || (found === 'constant' && numbers.count > 0);
  const kind = mostlyEmpty ? 'text' : isNumber ? 'number' : distinct <= maxWords && present > 0 ? 'category' : 'text';
  const isClasses = targetKind(survey) === 'category' && distinct <= maxWords;
  return { name, kind, as: kind === 'number' && !isClasses ? 'number' : 'category' };
}

/** Returns the cell's value; undefined if it is missing, or not a number in a numeric column. */
function valueIn(cell: string, { kind }: Pick<Column, 'kind'>, { decimal }: ColumnSurvey): string | undefined {
  if (kind === 'text') return cell;
  if (kind === 'number') return numberIn(cell, decimal)?.toString();
  return cell === '' ? undefined : categoryOf(cell);
}

/**
 * Creates a data set whose target is a column of a table. A quarter of the rows are for validation.
 *
 * @throws TableError if the values of the target column do not suit `as`, or if no other column can be an input
 */
export function tableDataset(table: Table, target: number, as: 'number' | 'category', seed: number): Dataset {
  const targetColumn = table.columns[target];
  const targets = table.rows.map((row) => row[target]);
  const classes =
    as === 'number' ? [] : [...new Set(targets)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  if (as === 'number' && targetColumn.kind !== 'number') throw new TableError('text-target');
  if (as === 'category' && classes.length > maxWords) throw new TableError('text-target');
  if (as === 'category' && classes.length < 2) throw new TableError('one-value');
  const inputs = table.columns.flatMap((column, k) => (k === target ? [] : inputsOf(table, column, k)));
  if (inputs.length === 0) throw new TableError('no-inputs');
  const task: Task = as === 'number' ? 'regression' : classes.length === 2 ? 'binary' : 'classes';
  return {
    task,
    inputNames: inputs.map(({ name }) => name),
    fields: table.columns.flatMap((column, k) => (k === target ? [] : fieldOf(table, column, k))),
    targetName: targetColumn.name,
    classes,
    ...divide(
      table.rows.map((_, s) => inputs.map(({ values }) => values[s])),
      targets.map((value) => (as === 'number' ? Number(value) : classes.indexOf(value))),
      Math.round(table.rows.length * 0.25),
      seed,
    ),
    standardize: true,
  };
}

function inputsOf(table: Table, { name, kind }: Column, k: number): { name: string; values: number[] }[] {
  if (kind === 'text') return [];
  if (kind === 'number') return [{ name, values: table.rows.map((row) => Number(row[k])) }];
  return categoriesOf(table, k).map((category) => ({
    name: `${name} = ${category}`,
    values: table.rows.map((row) => Number(row[k] === category)),
  }));
}

function fieldOf(table: Table, { name, kind }: Column, k: number): InputField[] {
  if (kind === 'text') return [];
  return [kind === 'number' ? { name } : { name, categories: categoriesOf(table, k) }];
}

const categoriesOf = ({ rows }: Table, k: number): string[] => [...new Set(rows.map((row) => row[k]))].sort();
