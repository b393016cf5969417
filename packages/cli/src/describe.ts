/** What the commands say of files and results. */
import type { Assessment } from '@nnbp/train';
import { delimiterNames } from './csv/dialect.js';
import type { Csv } from './csv/read.js';
import { type Guess, short } from './guess.js';
import { colorsFor, type Io } from './io.js';
import { counted, tableOf } from './table.js';
import { cut, visible } from './visible.js';

/** Longer column names are cut in the table. */
const maxName = 60;

/** What the file was taken for. */
export function describeFile(
  io: Io,
  { name, header, named, dialect }: Csv,
  rows: number,
  guesses: readonly Guess[],
): string {
  const { dim, bold, cyan } = colorsFor(io.stdout);
  const separated = delimiterNames[dialect.delimiter] ?? `"${dialect.delimiter}"`;
  const table = guesses.map(({ survey, role, column, reason: found }) => {
    const name = cut(visible(survey.name), maxName);
    const reason = visible(found);
    if (role === 'ignored') return [dim(name), dim('ignored'), dim(reason)];
    const kind = column!.kind;
    return role === 'target' ? [bold(name), cyan(`target, ${kind}`), reason] : [name, kind, reason];
  });
  const title = `${visible(name)}: ${counted(rows, 'row')}, ${counted(header.length, 'column')} separated by ${separated}${named ? '' : ', no header'}.`;
  return `${title}\n\n${tableOf(table)}`;
}

/** What training came to: a line for each part of the data that was looked at. */
export function describeResults(
  { training, heldOut }: { readonly training?: Assessment; readonly heldOut?: Assessment },
  heldOutRows: number,
): string {
  const parts: [string, Assessment | undefined][] = [
    ['training', training],
    [`held out (${counted(heldOutRows, 'row')})`, heldOut],
  ];
  const lines = parts.flatMap(([what, found]) =>
    found === undefined ? [] : [[what, short(found.loss), ...figuresOf(found)]],
  );
  const names = Object.keys((heldOut ?? training)?.metrics ?? {});
  return tableOf([['', 'loss', ...names.map((name) => metricNames[name] ?? name)], ...lines], [1, 2, 3]);
}

const figuresOf = ({ metrics }: Assessment) =>
  Object.entries(metrics).map(([name, value]) => metricText(name, value as number));

/** Names for people. */
export const metricNames: Readonly<Record<string, string>> = {
  accuracy: 'accuracy',
  rSquared: 'R²',
  meanAbsoluteError: 'mean error',
};

/** A figure for people. */
export const metricText = (name: string, value: number): string =>
  name === 'accuracy' ? `${(100 * value).toFixed(1)} %` : name === 'rSquared' ? value.toFixed(4) : short(value);
