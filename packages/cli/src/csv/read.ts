/** Reads a CSV file as column names and a stream of rows. Keeps only a few buffers in memory. */
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { Problem } from '../problem.js';
import { type CellFormat, ColumnCounter, surveysOf } from './column-counter.js';
import { type Decoder, decoderFor, encodingOf } from './decode.js';
import { withSingleSpaces, type Dialect, guessDialect } from './dialect.js';
import { headerOf } from './header.js';
import { counted } from '../table.js';
import { MissingValues } from './missing.js';
import { type Decimal, decimalOfFile } from './number-format.js';
import { otherFormatOf } from './other-format.js';

/** Options for reading a file. Options that are not set are detected. */
export interface CsvOptions {
  /** Whether the first row contains the column names. */
  readonly header?: boolean | undefined;
  readonly delimiter?: string | undefined;
  /**
   * The encoding, as a label of the WHATWG Encoding Standard such as `windows-1252`. Default: the encoding of the byte
   * order mark, else UTF-8.
   */
  readonly encoding?: string | undefined;
  /** The decimal separator of every column. Default: detected for each column. */
  readonly decimal?: Decimal | undefined;
  /** Cells that stand for a missing value, in every column. Default: `NA`, `?` and similar, in columns of numbers. */
  readonly missingValues?: readonly string[] | undefined;
}

/** A row and its number, counted from 1 without the header. */
export interface CsvRow {
  readonly cells: readonly string[];
  readonly number: number;
}

export interface Csv {
  /** The name of the file in error messages. */
  readonly name: string;
  readonly dialect: Dialect;
  /** The column names, without duplicates. */
  readonly header: readonly string[];
  /** Whether the names come from the file. */
  readonly named: boolean;
  /** The names that several columns of the file have. In `header`, only the first of these columns keeps the name. */
  readonly repeated: ReadonlySet<string>;
  /** The first name that is a number and belongs to a column of numbers, if any. The first row may then be data. */
  readonly numericName: string | undefined;
  /** The decimal separator of each column, detected from the first rows or, if necessary, from all rows of a file. */
  readonly decimals: readonly Decimal[];
  /**
   * The decimal separator for output in the format of this file: the `decimal` option if it is set, otherwise detected
   * from all columns by `decimalOfFile`.
   */
  readonly decimal: Decimal;
  /** Ambiguous columns of numbers: name → a sentence with both readings. */
  readonly ambiguities: ReadonlyMap<string, string>;
  readonly format: CellFormat;
  /** Iterates over all rows. A file can be read several times, a stream only once. */
  rows(): AsyncGenerator<CsvRow>;
}

/** Number of bytes to read before the dialect is detected. More are read if the first row is longer. */
const beginningLength = 1 << 16;
const maxFirstRow = 1 << 26;
/** Number of rows from which the header and the number formats are detected. */
const sampleRows = 200;

/** Opens a file or a stream. */
export async function openCsv(name: string, source: string | NodeJS.ReadableStream, options: CsvOptions): Promise<Csv> {
  const { beginning, stream } = await (typeof source === 'string' ? fromFile(name, source) : fromStream(name, source));
  const otherFormat = otherFormatOf(beginning);
  if (otherFormat !== undefined) throw new Problem(`${name} is ${otherFormat}`);
  const encoding = options.encoding ?? encodingOf(beginning);
  const decoder = () => decoderFor(name, encoding);
  const text = textOf(name, beginning, decoder());
  const dialect = guessDialect(text, options.delimiter);
  const rowsOfFile = await firstRows(name, text, dialect);
  const extraName = dialect.names === undefined && options.header !== false ? extraNameIn(rowsOfFile) : undefined;
  const rows = extraName === undefined ? rowsOfFile : [withExtraName(rowsOfFile[0], extraName), ...rowsOfFile.slice(1)];
  if (rows.length === 0 && dialect.names === undefined) {
    throw new Problem(`${name} is empty: expected a row of column names, and rows of values.`);
  }
  if (dialect.names !== undefined && rows.at(0)?.[0].startsWith('{') === true) {
    throw new Problem(`${name} is a sparse ARFF file, which is not supported. Save it as dense ARFF or as CSV.`);
  }
  const { names, named, hasHeaderRow, numericName } = headerOf(rows, {
    declared: dialect.names,
    header: options.header,
  });
  const missing = new MissingValues(options.missingValues);
  const format = { missing, delimiter: dialect.delimiter, decimal: options.decimal };
  const counters = names.map((column) => new ColumnCounter(column, format));
  for (const row of hasHeaderRow ? rows.slice(1) : rows) counters.forEach((counter, k) => counter.add(row.at(k) ?? ''));
  const readRows = () =>
    rowsOf(name, decoded(stream(), decoder()), dialect, names.length, hasHeaderRow, extraName !== undefined);
  const isUndecided = () =>
    counters.some((counter) => counter.isAmbiguous) ||
    // In a file with semicolons, a decimal comma is only a guess.
    (dialect.delimiter === ';' &&
      options.decimal === undefined &&
      counters.every(({ evidence: { decided, likely } }) => decided === undefined && likely === undefined));
  // Later rows may determine the decimal separator. A stream can be read only once.
  if (typeof source === 'string' && isUndecided()) {
    for await (const { cells } of readRows()) {
      counters.forEach((counter, k) => counter.add(cells[k]));
      if (!isUndecided()) break;
    }
  }
  const columns = surveysOf(counters, dialect.delimiter);
  const evidence = counters.map((counter) => counter.evidence);
  return {
    name,
    dialect,
    header: names,
    named,
    repeated: new Set(hasHeaderRow ? rows[0].filter((cell, k) => cell !== '' && cell !== names[k]) : []),
    numericName,
    decimals: columns.map(({ decimal }) => decimal),
    decimal: options.decimal ?? decimalOfFile(evidence, dialect.delimiter),
    ambiguities: new Map(
      columns.flatMap(({ name: column, ambiguity }) => (ambiguity === undefined ? [] : [[column, ambiguity]])),
    ),
    format,
    rows: readRows,
  };
}

/** Reads the beginning, at least the first row. */
async function beginningIn(name: string, chunks: AsyncIterator<Uint8Array>) {
  const read: Buffer[] = [];
  let length = 0;
  let reachedEnd = false;
  let hasLine = false;
  while (length < beginningLength || !hasLine) {
    const next = await chunks.next();
    if (next.done === true) {
      reachedEnd = true;
      break;
    }
    const chunk = Buffer.from(next.value);
    read.push(chunk);
    length += chunk.length;
    hasLine ||= chunk.includes(10) || chunk.includes(13);
    if (length > maxFirstRow) throw new Problem(`${name}: the first row is longer than 64 MB. Is this a CSV file?`);
  }
  return { read, reachedEnd };
}

async function fromFile(name: string, path: string) {
  const chunks = readFrom(path);
  const { read } = await beginningIn(name, chunks);
  await chunks.return(undefined);
  return { beginning: Buffer.concat(read), stream: () => readFrom(path) };
}

async function fromStream(name: string, source: NodeJS.ReadableStream) {
  const iterator = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const { read, reachedEnd } = await beginningIn(name, iterator);
  const stream = async function* () {
    yield* read;
    while (!reachedEnd) {
      const next = await iterator.next();
      if (next.done === true) return;
      yield Buffer.from(next.value);
    }
  };
  return { beginning: Buffer.concat(read), stream };
}

async function* readFrom(path: string): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    for await (const chunk of file.createReadStream({ autoClose: false })) yield chunk as Buffer;
  } catch (error) {
    // Node includes the path in errors from opening a file, but not in errors from reading it.
    throw Object.assign(error as Error, { path });
  } finally {
    await file.close();
  }
}

/** The first bytes as text, without an incomplete last character. */
function textOf(name: string, beginning: Buffer, decoder: Decoder): string {
  const text = decoder.decode(beginning);
  if (text.includes('\0')) {
    throw new Problem(
      `${name} is not text: it contains NUL bytes. Set --encoding utf-16le, or save the file as "CSV UTF-8".`,
    );
  }
  return text;
}

async function* decoded(bytes: AsyncIterable<Uint8Array>, decoder: Decoder): AsyncGenerator<string> {
  for await (const chunk of bytes) yield decoder.decode(chunk);
  yield decoder.end();
}

/**
 * If every row has one more cell than the header, returns which column has no name: `last` if the last cell of every
 * row is empty, or else `first`, since R writes no name for the column of row names. Otherwise returns undefined.
 */
function extraNameIn([header, ...rows]: readonly (readonly string[])[]): 'first' | 'last' | undefined {
  if (rows.length === 0 || rows.some(({ length }) => length !== header.length + 1)) return undefined;
  return rows.every((row) => row.at(-1) === '') ? 'last' : 'first';
}

const withExtraName = (header: string[], where: 'first' | 'last') =>
  where === 'first' ? ['', ...header] : [...header, ''];

const parserOptions = ({ delimiter, quote, comment, lineBreaks }: Dialect) => ({
  delimiter,
  quote,
  ...(lineBreaks !== undefined && { record_delimiter: [...lineBreaks] }),
  ...(comment !== undefined && { comment, comment_no_infix: true }),
  // A quote in a cell that does not begin with a quote is an ordinary character: 5" pipe.
  relax_quotes: true,
  skip_empty_lines: true,
  skip_records_with_empty_values: true,
  trim: delimiter !== '\t',
  rtrim: true,
});

/**
 * Yields the text of the rows in chunks, without the lines before the rows. If spaces separate the cells, replaces each
 * run of spaces with one.
 */
async function* rowText(texts: AsyncIterable<string>, { skip, delimiter }: Dialect): AsyncGenerator<string> {
  let toSkip = skip;
  let buffer = '';
  for await (const text of texts) {
    let rest = text;
    for (; toSkip > 0; toSkip--) {
      const end = rest.indexOf('\n');
      if (end < 0) break;
      rest = rest.slice(end + 1);
    }
    if (toSkip > 0) continue;
    if (delimiter !== ' ') {
      yield rest;
      continue;
    }
    buffer += rest;
    const end = buffer.lastIndexOf('\n') + 1;
    yield withSingleSpaces(buffer.slice(0, end));
    buffer = buffer.slice(end);
  }
  yield withSingleSpaces(buffer);
}

/** The first rows, without the last one if it may be incomplete. */
async function firstRows(name: string, text: string, dialect: Dialect): Promise<string[][]> {
  const cut = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
  const parser = parse({ ...parserOptions(dialect), to: sampleRows, relax_column_count: true });
  const rows: string[][] = [];
  try {
    const source = Readable.from(rowText(Readable.from([text.slice(0, cut) || text]), dialect));
    for await (const row of source.pipe(parser)) rows.push((row as string[]).map((cell) => cell.trim()));
  } catch (error) {
    // The open quote may be closed later in the file. If it is never closed, reading all rows reports the error.
    if (!(error instanceof CsvError && error.code === 'CSV_QUOTE_NOT_CLOSED')) throw asProblem(name, error);
  }
  return rows;
}

/** @param isHeaderShorter - Whether the header has fewer cells than the rows. */
async function* rowsOf(
  name: string,
  texts: AsyncIterable<string>,
  dialect: Dialect,
  width: number,
  hasHeaderRow: boolean,
  isHeaderShorter: boolean,
): AsyncGenerator<CsvRow> {
  const parser = parse({
    ...parserOptions(dialect),
    skip_records_with_empty_values: false,
    relax_column_count: isHeaderShorter,
  });
  const source = Readable.from(rowText(texts, dialect));
  source.on('error', (error) => parser.destroy(error));
  let number = hasHeaderRow ? -1 : 0;
  let isFirst = true;
  let empty = 0;
  try {
    for await (const cells of source.pipe(parser) as AsyncIterable<string[]>) {
      if (cells.every((cell) => cell.trim() === '')) {
        empty++;
        continue;
      }
      // Rows without values keep their places. At the beginning and at the end of the file, they are skipped.
      for (; empty > 0; empty--) if (!isFirst) yield { cells: new Array<string>(width).fill(''), number: ++number };
      isFirst = false;
      number++;
      if (number === 0) continue;
      if (cells.length !== width) throw wrongRowLength(name, number, cells.length, width);
      yield { cells, number };
    }
  } catch (error) {
    throw asProblem(name, error);
  } finally {
    source.destroy();
    parser.destroy();
  }
}

const wrongRowLength = (name: string, number: number, received: number, width: number) =>
  new Problem(
    `${name}, row ${number}: expected ${counted(width, 'cell')} as in the first rows, received ${received}. Fix the row, or set the separator with --delimiter.`,
  );

/** Converts an error from csv-parse into a `Problem`. */
function asProblem(name: string, error: unknown): unknown {
  if (!(error instanceof CsvError)) return error;
  const { code, lines: line } = error as CsvError & { readonly lines?: number };
  const where = line === undefined ? name : `${name}, line ${line}`;
  if (code === 'CSV_QUOTE_NOT_CLOSED') {
    return new Problem(`${where}: a quote is not closed. Close it, or double it ("") inside a cell.`);
  }
  if (code === 'CSV_INVALID_CLOSING_QUOTE' || code === 'CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE') {
    return new Problem(
      `${where}: a cell that begins with a quote has text after the closing quote. Write each quote inside a cell twice, as in "a ""big"" one".`,
    );
  }
  if (code.startsWith('CSV_RECORD_INCONSISTENT') || code.startsWith('CSV_INCONSISTENT')) {
    return new Problem(
      `${where}: the row has more or fewer cells than the first. Fix the row, or set the separator with --delimiter.`,
    );
  }
  return new Problem(`${where}: ${error.message.replace(/\.?$/, '.')}`);
}
