/** Options that several commands share, and the functions that parse them. */
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { isEncoding } from './csv/decode.js';
import type { Decimal } from './csv/number-format.js';
import { type Csv, type CsvOptions, openCsv } from './csv/read.js';
import type { Gaps } from './encode.js';
import { isReadOnce } from './files.js';
import { type Io, note, pathIn } from './io.js';
import type { Model } from './model-file.js';
import { shellWord } from './shell-word.js';
import { visible } from './visible.js';

/** Returns a parser for an integer ≥ `min`. */
export const integerFrom =
  (min: number) =>
  (text: string): number => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= min && text.trim() !== '') return value;
    throw new InvalidArgumentError(`Expected an integer ≥ ${min}.`);
  };

/** Returns a parser for a number ≥ `min` (with `open`: > `min`) and < `max`. */
export const numberBetween =
  (min: number, max: number, open = false) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && (open ? value > min : value >= min) && value < max) return value;
    const from = open ? `> ${min}` : `≥ ${min}`;
    throw new InvalidArgumentError(
      `Expected a ${max < Infinity ? '' : 'finite '}number ${from}${max < Infinity ? ` and < ${max}` : ''}.`,
    );
  };

export function finite(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a finite number.');
}

/** Collects the values of an option that can be repeated. */
export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

function delimiter(text: string): string {
  const value = text === 'tab' || text === '\\t' ? '\t' : text;
  if (value.length === 1) return value;
  throw new InvalidArgumentError('Expected one character, or "tab".');
}

const decimals = new Map<string, Decimal>(Object.entries({ '.': '.', point: '.', ',': ',', comma: ',' }));

function decimal(text: string): Decimal {
  const found = decimals.get(text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError('Expected "point" or "comma".');
}

function encoding(text: string): string {
  if (isEncoding(text)) return text;
  throw new InvalidArgumentError('Expected an encoding such as utf-8, latin1, windows-1252, gbk, big5 or shift_jis.');
}

export const withCsvOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--delimiter <character>', 'separator between cells: , ; | or tab (default: detected)').argParser(
        delimiter,
      ),
    )
    .addOption(
      new Option(
        '--encoding <name>',
        'encoding of the file, such as latin1 or gbk (default: that of the byte order mark, or utf-8)',
      ).argParser(encoding),
    )
    .addOption(
      new Option('--decimal <separator>', 'decimal separator: point or comma (default: detected per column)').argParser(
        decimal,
      ),
    )
    .addOption(
      new Option(
        '--missing-values <list>',
        'cells that stand for a missing value, separated by commas, such as NA,?,-999 (default: NA, ?, - and similar in columns of numbers)',
      ).argParser((text: string) => text.split(',').map((cell) => cell.trim())),
    )
    .option('--header', 'the first row contains the column names (default: detected)')
    .option('--no-header', 'the first row is data; the columns are named column1, column2, …');

/** Returns the command-line arguments, quoted for the shell, that set these CSV options. */
export const csvOptionWords = ({ delimiter, encoding, decimal, missingValues, header }: CsvOptions): string[] => [
  ...(delimiter === undefined ? [] : ['--delimiter', delimiter === '\t' ? 'tab' : shellWord(delimiter)]),
  ...(encoding === undefined ? [] : ['--encoding', shellWord(encoding)]),
  ...(decimal === undefined ? [] : ['--decimal', decimal === ',' ? 'comma' : 'point']),
  ...(missingValues === undefined ? [] : ['--missing-values', shellWord(missingValues.join(','))]),
  ...(header === undefined ? [] : [header ? '--header' : '--no-header']),
];

/** Opens a CSV file, or standard input for "-". */
export async function openData(io: Io, path: string, options: CsvOptions): Promise<Csv> {
  if (path === '-') return openCsv('standard input', io.stdin, options);
  const file = pathIn(io, path);
  return openCsv(basename(path), (await isReadOnce(file)) ? createReadStream(file) : file, options);
}

/** Opens the data for a trained model. Default for --missing-values: the list that was used for training. */
export async function openDataFor(
  io: Io,
  path: string,
  { columns: { inputs, targets, missingValues } }: Model,
  options: CsvOptions,
): Promise<Csv> {
  const csv = await openData(io, path, { missingValues, ...options });
  await noteRepeated(
    io,
    csv,
    inputs.map(({ name }) => name),
  );
  const numbers = [...inputs, ...targets].filter(({ kind }) => kind === 'number');
  await noteAmbiguities(
    io,
    csv,
    numbers.map(({ name }) => name),
  );
  return csv;
}

/** Notes which of the columns have a name that occurs more than once in the header. */
export async function noteRepeated(io: Io, csv: Csv, columns: readonly string[]): Promise<void> {
  for (const name of columns) {
    // If name_2 is used too, several columns with this name are expected.
    if (!csv.repeated.has(name) || columns.includes(`${name}_2`)) continue;
    await note(io, visible(`${csv.name} has several columns "${name}". The first is used.`));
  }
}

/**
 * Reports the rows that cannot be used, and the rows in which the fill value replaced an unusable input, such as a word
 * in a column of numbers.
 *
 * @param what - What happened to the rows that cannot be used, such as 'left out'.
 */
export async function noteGaps(io: Io, gaps: Gaps, what: string, filled: Gaps): Promise<void> {
  for (const sentence of [gaps.sentence(what), filled.sentence('with a filled-in value')]) {
    if (sentence !== undefined) await note(io, sentence);
  }
}

/** Shows both readings of columns of numbers whose decimal separator is ambiguous. */
export async function noteAmbiguities(io: Io, { ambiguities }: Csv, columns: readonly string[]): Promise<void> {
  for (const name of columns) {
    const ambiguity = ambiguities.get(name);
    if (ambiguity !== undefined) await note(io, ambiguity);
  }
}

export const withModel = (command: Command): Command =>
  command
    .argument('<model>', 'a model file, in any format that nnbp convert reads')
    .option('--from <format>', 'format of the model (default: detected from the file)')
    .option('--plugin <file>', 'a JavaScript file that exports custom activations of the model', collect);
