/** Formats the description of a data file and the table of results. */
import type { Assessment } from '@nnbp/train';
import { delimiterNames } from './csv/dialect.js';
import type { Csv } from './csv/read.js';
import { type Guess, short } from './guess.js';
import { colorsFor, type Io } from './io.js';
import { metricNames, metricText } from './metrics.js';
import { counted, tableOf } from './table.js';
import { cut, visible } from './visible.js';

/** Column names longer than this are shortened in the table. */
const maxName = 60;

/** Describes a file: its columns with their roles and types, and notes on options that the user may want to set. */
export function describeFile(io: Io, csv: Csv, rows: number, guesses: readonly Guess[]): string {
  const { dim, bold, cyan } = colorsFor(io.stdout);
  const { name: file, header, named, dialect, decimal } = csv;
  const delimiter = delimiterNames[dialect.delimiter] ?? `"${dialect.delimiter}"`;
  const table = guesses.map((guess) => {
    const { survey, role, column } = guess;
    const name = cut(visible(survey.name), maxName);
    const reason = visible(reasonOf(guess));
    if (role === 'ignored') return [dim(name), dim('ignored'), dim(reason)];
    const kind = column!.kind;
    return role === 'target' ? [bold(name), cyan(`target, ${kind}`), reason] : [name, kind, reason];
  });
  const details = [...(decimal === ',' ? ['decimal commas'] : []), ...(named ? [] : ['no header'])];
  const title = `${visible(file)}: ${counted(rows, 'row')}, ${counted(header.length, 'column')} separated by ${[delimiter, ...details].join(', ')}.`;
  const notes = notesOn(csv, guesses).map((text) => `Note: ${visible(text)}\n`);
  return `${title}\n\n${tableOf(table)}${notes.length > 0 ? `\n${notes.join('')}` : ''}`;
}

/** Returns the reason for a column's type, such as its range or categories, followed by its missing cells, if any. */
export const reasonOf = ({ reason, missing }: Guess): string =>
  missing === undefined || reason === 'empty' ? reason : `${reason}; missing: ${missing}`;

/** Notes that tell the user which options to consider. */
export function notesOn({ numericName }: Csv, guesses: readonly Guess[]): string[] {
  const header =
    numericName === undefined
      ? []
      : [`the first row is read as column names, but "${numericName}" is a number. If it is data, add --no-header.`];
  return [...header, ...guesses.flatMap(({ notes = [] }) => notes)];
}

export interface Results {
  readonly training?: Assessment;
  readonly validation?: Assessment;
  readonly test?: Assessment;
}

/**
 * Formats the loss and the metrics: one line per part of the data.
 *
 * @param counts - The number of rows or sequences in each part.
 * @param unit - The heading of the counts, such as `rows` or `sequences`.
 */
export function describeResults(
  results: Results,
  counts: Readonly<Record<keyof Results, number>>,
  unit = 'rows',
): string {
  const parts = (['training', 'validation', 'test'] as const).filter((part) => results[part] !== undefined);
  const lines = parts.map((part) => [
    part,
    counts[part].toLocaleString('en'),
    short(results[part]!.loss),
    ...figuresOf(results[part]!),
  ]);
  const names = Object.keys(results[parts[0]]?.metrics ?? {});
  return tableOf([['', unit, 'loss', ...names.map((name) => metricNames[name] ?? name)], ...lines], [1, 2, 3, 4]);
}

const figuresOf = ({ metrics }: Assessment) =>
  Object.entries(metrics).map(([name, value]) => metricText(name, value as number));
