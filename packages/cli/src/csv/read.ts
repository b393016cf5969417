/** A CSV file as its column names and a stream of rows: never more of it in memory than a few buffers. */
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { Problem } from '../problem.js';
import { uniqueNames } from '../unique.js';
import { numberIn } from './cell.js';
import { type Dialect, guessDialect } from './dialect.js';

/** What the user said about the file; the rest is guessed. */
export interface CsvOptions {
  /** Whether the first row names the columns; guessed if undefined. */
  readonly header?: boolean | undefined;
  /** What stands between cells; guessed if undefined. */
  readonly delimiter?: string | undefined;
}

/** A row, and where it stands, counted from 1 without the header. */
export interface CsvRow {
  readonly cells: readonly string[];
  readonly number: number;
}

/** An opened file. */
export interface Csv {
  /** For messages. */
  readonly name: string;
  readonly dialect: Dialect;
  /** The columns' names, each once. */
  readonly header: readonly string[];
  /** Whether the names come from the file. */
  readonly named: boolean;
  /** The rows from the first on. A file can be read again and again, a stream once. */
  rows(): AsyncGenerator<CsvRow>;
}

const beginningLength = 1 << 16;

/** Opens a file, or a stream that is then read once. */
export async function openCsv(name: string, source: string | NodeJS.ReadableStream, options: CsvOptions): Promise<Csv> {
  const { beginning, stream } =
    typeof source === 'string'
      ? { beginning: await beginningOf(source), stream: () => readFrom(source) }
      : await tee(source);
  if (beginning.includes(0)) {
    throw new Problem(`${name} is not text, or not in UTF-8: save it as "CSV UTF-8".`);
  }
  const dialect = guessDialect(beginning.toString('utf8'), options.delimiter);
  const first = await firstRow(name, beginning, dialect);
  if (first === undefined) throw new Problem(`${name} is empty: expected a row of column names, and rows of values.`);
  const named = options.header ?? !first.every((cell) => numberIn(cell, dialect.decimal) !== undefined);
  const header = named
    ? uniqueNames(first.map((cell, k) => cell || `unnamed${k + 1}`))
    : first.map((_, k) => `column${k + 1}`);
  return {
    name,
    dialect,
    header,
    named,
    rows: () => rowsOf(name, stream(), dialect, header.length, named),
  };
}

async function beginningOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(beginningLength), 0, beginningLength, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    // Node leaves the path out where reading, not opening, fails.
    throw Object.assign(error as Error, { path });
  } finally {
    await file.close();
  }
}

async function* readFrom(path: string): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    for await (const chunk of file.createReadStream({ autoClose: false })) yield chunk as Buffer;
  } finally {
    await file.close();
  }
}

/** The beginning of a stream, and the whole of it again. */
async function tee(source: NodeJS.ReadableStream) {
  const chunks: Buffer[] = [];
  const iterator = source[Symbol.asyncIterator]();
  let length = 0;
  while (length < beginningLength) {
    const next = await iterator.next();
    if (next.done === true) break;
    const chunk = Buffer.from(next.value);
    chunks.push(chunk);
    length += chunk.length;
  }
  const whole = async function* () {
    yield* chunks;
    for (;;) {
      const next = await iterator.next();
      if (next.done === true) return;
      yield Buffer.from(next.value);
    }
  };
  return { beginning: Buffer.concat(chunks), stream: whole };
}

const parserOptions = ({ delimiter }: Dialect) => ({
  bom: true,
  delimiter,
  skip_empty_lines: true,
  skip_records_with_empty_values: true,
  trim: delimiter !== '\t',
  rtrim: true,
});

/** Its cells; undefined if there is none. */
async function firstRow(name: string, beginning: Buffer, dialect: Dialect): Promise<string[] | undefined> {
  const parser = parse({ ...parserOptions(dialect), to: 1 });
  try {
    for await (const row of Readable.from([beginning]).pipe(parser)) return row as string[];
  } catch (error) {
    throw inWords(name, error);
  }
  return undefined;
}

async function* rowsOf(
  name: string,
  bytes: AsyncIterable<Buffer>,
  dialect: Dialect,
  width: number,
  named: boolean,
): AsyncGenerator<CsvRow> {
  const parser = parse(parserOptions(dialect));
  const source = Readable.from(bytes);
  source.on('error', (error) => parser.destroy(error));
  let number = named ? -1 : 0;
  try {
    for await (const cells of source.pipe(parser) as AsyncIterable<string[]>) {
      number++;
      if (number === 0) continue;
      if (cells.length !== width) throw wrongWidth(name, number, cells.length, width);
      yield { cells, number };
    }
  } catch (error) {
    throw inWords(name, error);
  } finally {
    source.destroy();
    parser.destroy();
  }
}

const wrongWidth = (name: string, number: number, found: number, width: number) =>
  new Problem(
    `${name}, row ${number}: found ${found} cells, the first row has ${width}: mend the row, or say what separates cells with --delimiter.`,
  );

/** csv-parse's errors as sentences. */
function inWords(name: string, error: unknown): unknown {
  if (!(error instanceof CsvError)) return error;
  const { code, lines } = error as CsvError & { readonly lines?: number };
  const where = lines === undefined ? name : `${name}, line ${lines}`;
  if (code === 'CSV_QUOTE_NOT_CLOSED') return new Problem(`${where}: a quote is opened and never closed.`);
  if (code.startsWith('CSV_RECORD_INCONSISTENT') || code.startsWith('CSV_INCONSISTENT')) {
    return new Problem(
      `${where}: the row has not as many cells as the first: mend the row, or say what separates cells with --delimiter.`,
    );
  }
  return new Problem(`${where}: ${error.message.replace(/\.?$/, '.')}`);
}
