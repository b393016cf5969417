/** What the commands say of files and results. */
import type { Assessment } from '@nnbp/train';
import { delimiterNames } from './csv/dialect.js';
import type { Csv } from './csv/read.js';
import { type Guess, short } from './guess.js';
import { colorsFor, type Io } from './io.js';
import { counted, tableOf } from './table.js';

/** What the file was taken for. */
export function describeFile(
  io: Io,
  { name, header, named, dialect }: Csv,
  rows: number,
  guesses: readonly Guess[],
): string {
  const { dim, bold, cyan } = colorsFor(io.stdout);
  const separated = delimiterNames[dialect.delimiter] ?? `"${dialect.delimiter}"`;
  const table = guesses.map(({ survey, role, column, reason }) => {
    if (role === 'ignored') return [dim(survey.name), dim('ignored'), dim(reason)];
    const kind = column!.kind;
    return role === 'target' ? [bold(survey.name), cyan(`target, ${kind}`), reason] : [survey.name, kind, reason];
  });
  const title = `${name}: ${counted(rows, 'row')}, ${counted(header.length, 'column')} separated by ${separated}${named ? '' : ', no header'}.`;
  return `${title}\n\n${tableOf(table)}`;
}

/** What training came to: a line for each part of the data. */
export function describeResults(
  { training, heldOut }: { readonly training: Assessment; readonly heldOut?: Assessment },
  rows: number,
): string {
  const line = (what: string, { loss, metrics }: Assessment) => [
    what,
    short(loss),
    ...Object.entries(metrics).map(([name, value]) => metricText(name, value as number)),
  ];
  const head = ['', 'loss', ...Object.keys(training.metrics).map((name) => metricNames[name] ?? name)];
  const lines = [head, line('training', training)];
  if (heldOut !== undefined) lines.push(line(`held out (${counted(rows, 'row')})`, heldOut));
  return tableOf(lines, [1, 2, 3]);
}

/** Names for people. */
export const metricNames: Readonly<Record<string, string>> = {
  accuracy: 'accuracy',
  rSquared: 'R²',
  meanAbsoluteError: 'mean error',
};

/** A figure for people. */
export const metricText = (name: string, value: number): string =>
  name === 'accuracy' ? `${(100 * value).toFixed(1)} %` : name === 'rSquared' ? value.toFixed(4) : short(value);
