/** Real-world tables: missing values, encodings, separators, headers, quotes, classes. */
import { load } from '@nnbp/formats';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decoderFor } from '../src/csv/index.js';
import { workspace } from './workspace.js';

interface Summary {
  readonly columns: readonly { readonly name: string; readonly role: string; readonly kind?: string; reason: string }[];
  readonly rows: Readonly<Record<'all' | 'training' | 'validation' | 'test' | 'leftOut' | 'withoutTarget', number>>;
  readonly notes: readonly string[];
  readonly network: { readonly nodes: number };
  readonly test?: { readonly metrics: Readonly<Record<string, number>> };
}

const lines = (count: number, line: (k: number) => string) => Array.from({ length: count }, (_, k) => line(k));
const table = (header: string, rows: readonly string[], end = '\n') => `${[header, ...rows].join(end)}${end}`;

/** Writes the content to a file and trains on it, for one epoch unless `argv` sets --epochs. */
async function train(content: string | Uint8Array, ...argv: string[]) {
  const here = await workspace();
  await here.write('a.csv', content);
  const epochs = argv.includes('--epochs') ? [] : ['--epochs', '1'];
  const outcome = await here.nnbp('train', 'a.csv', '-o', 'm.nnbp', '--json', ...epochs, ...argv);
  const summary = outcome.code === 0 ? (JSON.parse(outcome.stdout) as Summary) : undefined;
  const columns = async () => load(await readFile(join(here.directory, 'm.nnbp'))).metadata.columns as Columns;
  return { ...here, ...outcome, summary: summary!, columns };
}

/** Trains a model that predicts y from x. */
const trainOnLine = () =>
  train(
    table(
      'x,y',
      lines(40, (k) => `${k / 8},${k}`),
    ),
    '-t',
    'y',
  );

interface Columns {
  readonly inputs: readonly { readonly name: string; readonly values?: readonly string[] }[];
  readonly targets: readonly { readonly name: string; readonly values?: readonly string[] }[];
}

const reasonsOf = ({ columns }: Summary) => Object.fromEntries(columns.map(({ name, reason }) => [name, reason]));

describe('missing values', () => {
  it.each([
    ['none', ['mild', 'none', 'severe']],
    ['NA', ['NA', 'mild', 'severe']],
    ['-', ['-', 'mild', 'severe']],
    ['?', ['?', 'mild', 'severe']],
  ])('the word %s is a category if the target is a column of words', async (word, values) => {
    const rows = lines(60, (k) => `${k},${['mild', 'severe', word][k % 3]}`);
    const { columns, summary, stderr } = await train(table('x,grade', rows), '-t', 'grade');
    expect((await columns()).targets[0].values).toEqual(values);
    expect(summary.rows).toMatchObject({ leftOut: 0, withoutTarget: 0 });
    expect(summary.notes[0]).toContain(`${word} is a category of "grade" (20 rows)`);
    expect(stderr).toBe('');
  });

  it('cells listed by --missing-values are missing, in training and in predictions', async () => {
    const rows = lines(60, (k) => `${k % 10 === 3 ? -999 : k},${['a', 'b', 'none'][k % 3]}`);
    const { summary, columns, stderr, nnbp, write } = await train(
      table('x,grade', rows),
      ...['-t', 'grade', '--missing-values', 'none,-999'],
    );
    expect((await columns()).targets[0].values).toEqual(['a', 'b']);
    expect(summary.rows).toMatchObject({ all: 60, withoutTarget: 20, leftOut: 4 });
    expect(reasonsOf(summary)).toMatchObject({ grade: 'a, b; missing: 20 "none"' });
    expect(reasonsOf(summary).x).toContain('0 to 58');
    expect(stderr).toContain('20 rows left out for lack of a target');
    await write('new.csv', 'x\n5\n-999\n');
    const predicted = await nnbp('predict', 'm.nnbp', 'new.csv', '--only');
    expect(predicted.stdout.split('\n')).toEqual(['predicted_grade', expect.stringMatching(/^[ab]$/), '""', '']);
  });

  it('in a column of numbers, cells such as NA and ? are missing values and are counted', async () => {
    const words = ['NA', '', '?', 'null'];
    const rows = lines(80, (k) => `${k % 20 === 7 ? words[Math.floor(k / 20)] : k},${k}`);
    const { summary, stderr } = await train(table('x,y', rows), '-t', 'y');
    expect(reasonsOf(summary).x).toContain('; missing: 1 empty, 1 "NA", 1 "?", 1 "null"');
    expect(summary.rows.leftOut).toBe(4);
    expect(stderr).toContain('4 rows left out (row 8: "x" is missing). With --missing mean, missing inputs');
  });

  it.each(['.', '\\N', '(null)', '<NA>', '#DIV/0!', '#VALUE!'])(
    'in a column of numbers, %s is a missing value',
    async (mark) => {
      const { summary } = await train(
        table(
          'x,y',
          lines(80, (k) => `${k % 4 === 1 ? mark : k},${k}`),
        ),
        '-t',
        'y',
      );
      expect(reasonsOf(summary).x).toBe(`0 to 79, mean 39.67; missing: 20 "${mark}"`);
    },
  );

  it('a missing target is never filled in during training or evaluation', async () => {
    const rows = lines(80, (k) => `${k},${k % 2 === 0 ? '' : 10 * k}`);
    const { summary, stderr, nnbp } = await train(
      table('x,y', rows),
      ...['-t', 'y', '--missing', 'mean', '--epochs', '200'],
    );
    expect(summary.rows).toMatchObject({ withoutTarget: 40, leftOut: 0, training: 32, test: 8 });
    expect(stderr).toContain('40 rows left out for lack of a target (row 1: "y" is missing).');
    const evaluated = JSON.parse((await nnbp('evaluate', 'm.nnbp', 'a.csv', '--json')).stdout) as {
      rows: number;
      metrics: { rSquared: number };
    };
    expect(evaluated.rows).toBe(40);
    expect(evaluated.metrics.rSquared).toBeGreaterThan(0.98);
  });

  it('train reports an error if most rows would be dropped', async () => {
    const rows = lines(100, (k) => `${k},${k % 25 === 0 ? k : ''},${k}`);
    const { code, stderr, nnbp } = await train(table('x,pool,y', rows), '-t', 'y');
    expect(code).toBe(1);
    expect(stderr).toContain('96 of 100 rows with a target lack an input ("pool" is missing in 96 of 100 rows)');
    expect(stderr).toContain('--ignore pool, or fill in missing values with --missing mean');
    expect((await nnbp('train', 'a.csv', '-t', 'y', '--ignore', 'pool', '--epochs', '1')).code).toBe(0);
  });

  it('a row that is left out does not add a category', async () => {
    const rows = ['(cm),(kg),(1)', ...lines(60, (k) => `${k},${k % 4},${k % 3 === 0 ? 'b' : 'a'}`)];
    const { columns, summary } = await train(table('x,z,y', rows), '-t', 'y');
    expect((await columns()).targets[0].values).toEqual(['a', 'b']);
    expect(summary.columns.map(({ kind }) => kind)).toEqual(['number', 'number', 'category']);
    expect(summary.rows.training + summary.rows.test + summary.rows.validation).toBe(60);
  });
});

describe('encodings', () => {
  const latin1 = Buffer.from(
    table(
      'région,y',
      lines(40, (k) => `${['Orléans', 'Orlèans'][k % 2]},${k * 1.5}`),
    ),
    'latin1',
  );

  it('bytes that are not UTF-8 cause an error that gives their position and suggests --encoding', async () => {
    const { code, stderr } = await train(latin1, '-t', 'y');
    expect(code).toBe(1);
    expect(stderr).toContain('a.csv is not UTF-8: byte 1 (0xE9) is invalid.');
    expect(stderr).toContain('--encoding latin1');
  });

  it('the position of an invalid byte is counted from the beginning of a long file', async () => {
    const rows = lines(30_000, (k) => `${k},${k}.5`);
    const start = Buffer.from(table('x,y', rows));
    const { stderr } = await train(Buffer.concat([start, Buffer.from([0x31, 0x2c, 0xff, 0x0a])]), '-t', 'y');
    expect(stderr).toContain(`byte ${start.length + 2} (0xFF) is invalid`);
  });

  it('the position of an invalid byte is correct wherever the file is divided into chunks', () => {
    const bytes = Buffer.concat([Buffer.from('née,中文\nä,😀ü'), Buffer.from([0xff, 0x0a])]);
    const invalid = bytes.indexOf(0xff);
    for (let end = 0; end <= invalid; end++) {
      const decoder = decoderFor('a.csv', 'utf-8');
      const decode = () => [bytes.subarray(0, end), bytes.subarray(end)].map((chunk) => decoder.decode(chunk));
      expect(decode, `chunks divided at ${end}`).toThrow(`byte ${invalid} (0xFF) is invalid`);
    }
  });

  it('--encoding reads Latin-1 and GBK, and rejects an unknown encoding', async () => {
    const { columns } = await train(latin1, '-t', 'y', '--encoding', 'latin1');
    expect((await columns()).inputs[0]).toMatchObject({ name: 'région', values: ['Orlèans', 'Orléans'] });
    // 城市,价格 and 北京, 上海 in GBK.
    const gbk = Buffer.concat([
      Buffer.from('b3c7cad02cbcdbb8f10a', 'hex'),
      ...lines(40, (k) => `${['b1b1bea9', 'c9cfbaa3'][k % 2]}2c`).map((hex, k) =>
        Buffer.concat([Buffer.from(hex, 'hex'), Buffer.from(`${k * 1.5}\n`)]),
      ),
    ]);
    expect((await (await train(gbk, '-t', '价格', '--encoding', 'gbk')).columns()).inputs[0]).toMatchObject({
      name: '城市',
      values: ['上海', '北京'],
    });
    const wrong = await train(latin1, '-t', 'y', '--encoding', 'latin-one');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('Expected an encoding such as utf-8')]);
  });

  it('a UTF-16 byte order mark determines the encoding', async () => {
    const text = `\ufeff${table(
      'ville,y',
      lines(20, (k) => `${['Köln', 'Bonn'][k % 2]},${k}`),
    )}`;
    const { columns } = await train(Buffer.from(text, 'utf16le'), '-t', 'y');
    expect((await columns()).inputs[0]).toMatchObject({ name: 'ville', values: ['Bonn', 'Köln'] });
  });
});

describe('decimal and thousands separators', () => {
  const comma = (value: number) => value.toFixed(1).replace('.', ',');

  it.each([
    [
      'the first column of a table separated by semicolons',
      table(
        'x;y',
        lines(30, (k) => `${comma(k / 2)};${k}`),
      ),
    ],
    [
      'the last column of a table separated by semicolons',
      table(
        'y;x',
        lines(30, (k) => `${k};${comma(k / 2)}`),
      ),
    ],
    [
      'a table separated by tabs',
      table(
        'y\tx',
        lines(30, (k) => `${k}\t${comma(k / 2)}`),
      ),
    ],
    [
      'quoted cells of a table separated by commas',
      table(
        'y,x',
        lines(30, (k) => `${k},"${comma(k / 2)}"`),
      ),
    ],
    [
      'a table separated by semicolons whose cells are all quoted',
      table(
        '"y";"x"',
        lines(30, (k) => `"${k}";"${comma(k / 2)}"`),
        '\r\n',
      ),
    ],
  ])('decimal commas are detected in %s', async (_, content) => {
    const { summary, stderr } = await train(content, '-t', 'y', '--number', 'y');
    expect(reasonsOf(summary).x).toBe('0 to 14.5, mean 7.25');
    expect([summary.notes, stderr]).toEqual([[], '']);
  });

  it.each([
    [
      'a column that contains 12,031 and 900',
      (k: number) => ['900', '12,031', '1,201,998'][k % 3],
      '900 to 1202000',
      0,
    ],
    [
      'a column that contains 900 and 1,200, although 1,200 could mean 1.2',
      (k: number) => ['900', '"1,200"'][k % 2],
      '900 to 1200',
      1,
    ],
    ['1,234.5', (k: number) => ['"1,234.5"', '"987.5"'][k % 2], '987.5 to 1235', 0],
    ['1 234 with a narrow space', (k: number) => ['1\u202f234', '987'][k % 2], '987 to 1234', 0],
  ])('a thousands separator is recognized in %s', async (_, cell, range, noteCount) => {
    const separator = cell(0).includes('"') || cell(1).includes('"') ? ',' : ';';
    const { summary } = await train(
      table(
        ['x', 'y'].join(separator),
        lines(60, (k) => [cell(k), k].join(separator)),
      ),
      '-t',
      'y',
    );
    expect(reasonsOf(summary).x).toContain(range);
    expect(summary.notes).toHaveLength(noteCount);
  });

  it('an ambiguous column is read like the other columns, and both readings are shown', async () => {
    const rows = lines(40, (k) => `${comma(40 + k)};${k % 2 ? '1.004' : '900'}`);
    const { summary } = await train(table('x;people', rows), '-t', 'x');
    expect(reasonsOf(summary).people).toContain('900 to 1004');
    expect(summary.notes).toEqual(['"people": 1.004 is read as 1004. If it means 1.004, add --decimal point.']);
  });

  it('--decimal sets the decimal separator and suppresses the note', async () => {
    const content = table(
      'x;y',
      lines(40, (k) => `1,${100 + k};${k}`),
    );
    const guessed = await train(content, '-t', 'y');
    expect(reasonsOf(guessed.summary).x).toContain('1.1 to 1.139');
    expect(guessed.summary.notes).toEqual(['"x": 1,100 is read as 1.1. If it means 1100, add --decimal point.']);
    const chosen = await train(content, '-t', 'y', '--decimal', 'point');
    expect(reasonsOf(chosen.summary).x).toContain('1100 to 1139');
    expect(chosen.summary.notes).toEqual([]);
    expect((await train(content, '-t', 'y', '--decimal', 'dot')).stderr).toContain('Expected "point" or "comma".');
  });

  it('predict writes numbers in the format of the file, and evaluate shows both readings of an ambiguous number', async () => {
    const { nnbp, write } = await train(
      table(
        'x;y',
        lines(40, (k) => `${comma(k)};${comma(2 * k)}`),
      ),
      '-t',
      'y',
    );
    const { stdout } = await nnbp('predict', 'm.nnbp', 'a.csv', '--only');
    expect(stdout).toMatch(/^predicted_y\n-?\d+,\d+\n/);
    await write(
      'b.csv',
      table(
        'x;y',
        lines(5, (k) => `1,20${k};${k}`),
      ),
    );
    expect((await nnbp('evaluate', 'm.nnbp', 'b.csv')).stderr).toContain('"x": 1,200 is read as 1.2.');
  });

  it.each([
    ['comma if semicolons separate the cells', ';', [], ','],
    ['point if --decimal sets it', ';', ['--decimal', 'point'], '.'],
    ['point if commas separate the cells', ',', [], '.'],
  ])('for a table of integers, predict and forecast write a decimal %s', async (_, separator, options, decimal) => {
    const dates = lines(60, (k) => new Date(Date.UTC(2023, 0, 1 + k)).toISOString().slice(0, 10));
    const content = table(
      ['date', 'x', 'y'].join(separator),
      dates.map((date, k) => [date, k % 7, 3 * (k % 7) + (k % 2)].join(separator)),
    );
    const { nnbp } = await train(content, '-t', 'y', '--number', 'y', '--number', 'x', '--ignore', 'date');
    const predicted = await nnbp('predict', 'm.nnbp', 'a.csv', '--only', ...options);
    const trained = await nnbp('train', 'a.csv', '-t', 'y', '--time', 'date', '--epochs', '1', '-o', 's.nnbp');
    const forecast = await nnbp('forecast', 's.nnbp', 'a.csv', ...options);
    expect([trained, predicted, forecast].map(({ code, stderr }) => [code, stderr])).toEqual(Array(3).fill([0, '']));
    const rowsOf = (stdout: string) => stdout.trim().split('\n').slice(1);
    const numbers = [...rowsOf(predicted.stdout), ...rowsOf(forecast.stdout).map((row) => row.split(separator)[1])];
    for (const number of numbers) expect(number).toMatch(decimal === ',' ? /^-?\d+(,\d+)?$/ : /^-?\d+(\.\d+)?$/);
    expect(numbers.filter((number) => number.includes(decimal)).length).toBeGreaterThan(10);
  });
});

describe('delimiters', () => {
  it.each([
    [';', 'semicolons'],
    ['\t', 'tabs'],
    [' ', 'spaces'],
    ['|', 'vertical bars'],
  ])('decimal commas in a table without a header are not delimiters: %j', async (separator, name) => {
    const comma = (value: number) => value.toFixed(2).replace('.', ',');
    const rows = lines(40, (k) => [k / 8, k / 4, k].map(comma).join(separator));
    const { nnbp } = await train(`${rows.join('\n')}\n`, '-t', 'column3');
    expect((await nnbp('train', 'a.csv', '-t', 'column3', '--epochs', '1')).stdout).toContain(
      `a.csv: 40 rows, 3 columns separated by ${name}, decimal commas, no header.`,
    );
    const predicted = await nnbp('predict', 'm.nnbp', 'a.csv', '--only');
    expect([predicted.code, predicted.stderr]).toEqual([0, '']);
  });

  it('commas in the header and in numbers are not delimiters', async () => {
    const rows = lines(40, (k) => `${k},5;${2 * k},25`);
    const { summary } = await train(table('time, s;length, mm', rows), '-t', 'length, mm');
    expect(summary.columns.map(({ name, kind }) => [name, kind])).toEqual([
      ['time, s', 'number'],
      ['length, mm', 'number'],
    ]);
  });

  it('spaces between thousands in a single column are not delimiters', async () => {
    const rows = lines(40, (k) => `${100 * k},${k}`);
    const { write, nnbp } = await train(table('amount,y', rows), '-t', 'y');
    await write('new.csv', 'amount\n1 234\n2 678\n');
    const { stdout, stderr } = await nnbp('predict', 'm.nnbp', 'new.csv');
    expect([stdout.split('\n')[0], stderr]).toEqual(['amount,predicted_y', '']);
  });

  it('semicolons and bars in words are not delimiters', async () => {
    const rows = lines(40, (k) => `${k},${['a;b', 'c;d'][k % 2]},${k / 2}`);
    const { summary } = await train(table('x,tags;all,y', rows), '-t', 'y');
    expect(summary.columns.map(({ name }) => name)).toEqual(['x', 'tags;all', 'y']);
  });
});

describe('files in other formats', () => {
  it.each<[string, string | Uint8Array, string]>([
    [
      'an Excel workbook',
      Buffer.from('PK\u0003\u0004\u0014\0\u0006\0[Content_Types].xml \u00ff', 'latin1'),
      'a spreadsheet',
    ],
    ['a gzip file', Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0xff), 'a gzip file'],
    ['a Parquet file', Uint8Array.of(0x50, 0x41, 0x52, 0x31, 0, 0xff), 'a Parquet file'],
    ['a JSON file', '[{"x": 1, "y": 2}]', 'a JSON file'],
    ['a JSON file with a byte order mark', '\uFEFF[{"x": 1, "y": 2}]', 'a JSON file'],
    ['a web page', '<!DOCTYPE html>\n<html><p>Not, found</p></html>\n', 'a web page or XML'],
  ])('%s is named in the error', async (_, content, what) => {
    const { code, stderr } = await train(content, '-t', 'y');
    expect([code, stderr]).toEqual([1, expect.stringContaining(`nnbp: a.csv is ${what}, not a CSV file. `)]);
  });

  it('a sparse ARFF file is named in the error', async () => {
    const rows = lines(40, (k) => `{0 ${k},1 ${['a', 'b'][k % 2]}}`);
    const { code, stderr } = await train(
      `@relation r\n@attribute x real\n@attribute y {a,b}\n@data\n${rows.join('\n')}\n`,
      '-t',
      'y',
    );
    expect([code, stderr]).toEqual([1, expect.stringContaining('a.csv is a sparse ARFF file, which is not supported')]);
  });
});

describe('headers with a missing name, and line breaks', () => {
  it.each([
    [',', '"'],
    [' ', '"'],
    ['\t', ''],
  ])('a header from R, without a name for the column of row names, is read: delimiter %j', async (separator, quote) => {
    const named = (cells: readonly string[]) => cells.map((cell) => quote + cell + quote).join(separator);
    const rows = lines(40, (k) => [named([String(k + 1)]), k / 8, k].join(separator));
    const { summary, nnbp } = await train(table(named(['x', 'y']), rows), '-t', 'y');
    expect(summary.columns.map(({ name, role }) => [name, role])).toEqual([
      ['unnamed1', 'ignored'],
      ['x', 'input'],
      ['y', 'target'],
    ]);
    expect(summary.rows.all).toBe(40);
    expect((await nnbp('predict', 'm.nnbp', 'a.csv')).stdout.split('\n')[2]).toMatch(/^2[ ,\t]0.125[ ,\t]1[ ,\t]/);
  });

  it('if every row ends with a delimiter, the first column is not read as row names', async () => {
    const { summary } = await train(
      table(
        'x,y',
        lines(40, (k) => `${k / 8},${k},`),
      ),
      '-t',
      'y',
    );
    expect(summary.columns.map(({ name, role }) => [name, role])).toEqual([
      ['x', 'input'],
      ['y', 'target'],
      ['unnamed3', 'ignored'],
    ]);
  });

  it.each(['x,y\r\n1,2\n2,4\r\n3,6\n', 'x\r\n1\n2\n3\n', 'x,y\n1,2\r\n2,4\n3,6\n'])(
    'a file can contain both LF and CR LF line endings: %j',
    async (content) => {
      const { write, nnbp } = await trainOnLine();
      await write('new.csv', content);
      const { stdout, stderr } = await nnbp('predict', 'm.nnbp', 'new.csv', '--only');
      expect([stdout.trim().split('\n').length, stderr]).toEqual([4, '']);
    },
  );

  it('a line feed inside a cell is kept if all lines end with CR LF', async () => {
    const { write, nnbp } = await trainOnLine();
    await write('new.csv', 'x,note\r\n1,two\nlines\r\n2,one\r\n');
    const { stdout } = await nnbp('predict', 'm.nnbp', 'new.csv');
    expect(stdout).toMatch(/^x,note,predicted_y\n1,"two\nlines",.+\n2,one,.+\n$/);
  });

  it('predict keeps earlier predictions in the data', async () => {
    const { write, nnbp } = await trainOnLine();
    await write('new.csv', 'x,predicted_y\n1,7\n');
    expect((await nnbp('predict', 'm.nnbp', 'new.csv')).stdout).toMatch(/^x,predicted_y,predicted_y_2\n1,7,.+\n$/);
    const { stdout } = await nnbp('predict', 'm.nnbp', 'new.csv', '--json');
    expect(JSON.parse(stdout)).toEqual({ x: '1', predicted_y: '7', predicted_y_2: expect.any(Number) as number });
  });

  it('predict notes that several columns have the name of an input, and evaluate and fit that of a target', async () => {
    const { write, nnbp } = await trainOnLine();
    await write('new.csv', 'x,x,z,z\n1,2,3,4\n');
    const { stderr } = await nnbp('predict', 'm.nnbp', 'new.csv');
    expect(stderr).toBe('new.csv has several columns "x". The first is used.\n');
    await write('targets.csv', ['x,y,y', ...lines(9, (k) => `${k},${8 * k},${k}`), ''].join('\n'));
    const noted = 'targets.csv has several columns "y". The first is used.\n';
    expect((await nnbp('evaluate', 'm.nnbp', 'targets.csv')).stderr).toBe(noted);
    expect((await nnbp('predict', 'm.nnbp', 'targets.csv')).stderr).toBe('');
    expect((await nnbp('fit', 'targets.csv', '-f', 'y = a + b*x^2')).stderr).toContain(noted);
  });
});

describe('later rows', () => {
  const rows = lines(260, (k) => (k < 230 ? `${k % 9}.${100 + k};${k % 9}.${200 + k}` : `${k % 9}.5;${k % 9}.7`));

  it('evaluate and fit read a column like train, which uses all rows to determine the decimal separator', async () => {
    const { summary, nnbp } = await train(table('x;y', rows), '-t', 'y', '--hidden', 'none', '--epochs', '50');
    expect(reasonsOf(summary).x).toContain('0.1 to 8.5');
    const evaluated = await nnbp('evaluate', 'm.nnbp', 'a.csv', '--json');
    expect(evaluated.stderr).toBe('');
    expect((JSON.parse(evaluated.stdout) as { metrics: { rSquared: number } }).metrics.rSquared).toBeGreaterThan(0.9);
    const fitted = JSON.parse((await nnbp('fit', 'a.csv', '-f', 'y = a + b*x', '--json')).stdout) as { rows: number };
    expect(fitted.rows).toBe(260);
  });

  it('all commands read decimal points that first occur after row 200 of a semicolon-separated table', async () => {
    const later = lines(260, (k) => `${k};${(k * 7) % 40}${k < 230 ? '' : '.5'}`);
    const { summary, nnbp } = await train(table('t;y', later), '-t', 'y', '--number', 'y', '--epochs', '1');
    expect(summary.rows.all).toBe(260);
    const evaluated = await nnbp('evaluate', 'm.nnbp', 'a.csv', '--json');
    expect([evaluated.stderr, (JSON.parse(evaluated.stdout) as { rows: number }).rows]).toEqual(['', 260]);
    const fitted = JSON.parse((await nnbp('fit', 'a.csv', '-f', 'y = a + b*t', '--json')).stdout) as { rows: number };
    expect(fitted.rows).toBe(260);
    const series = await nnbp('train', 'a.csv', '-t', 'y', '--time', 't', '--epochs', '1', '-o', 's.nnbp');
    expect([series.code, series.stderr]).toEqual([0, '']);
    expect((await nnbp('forecast', 's.nnbp', 'a.csv')).stdout).toMatch(
      /^t;forecast_y;baseline\n260;-?\d+\.\d+;13\.5\n$/,
    );
  });

  it('forecast writes numbers with the decimal separator of the table', async () => {
    // The comma separates thousands: numbers below 1,000 do not contain it.
    const sales = lines(60, (k) => `${k};${k % 2 ? 260 + k : `1,0${10 + k}`}`);
    const { nnbp } = await train(table('t;y', sales), '-t', 'y', '--time', 't', '--epochs', '1');
    const { stdout } = await nnbp('forecast', 'm.nnbp', 'a.csv');
    expect(stdout).toMatch(/^t;forecast_y;baseline\n60;\d+\.\d+;319\n$/);
  });

  it('fit and train --time show both readings of an ambiguous column', async () => {
    const { write, nnbp } = await train('x,y\n1,2\n2,3\n3,4\n', '-t', 'y', '--number', 'y');
    await write(
      'b.csv',
      table(
        't;y',
        lines(100, (k) => `${k};1.${200 + k}`),
      ),
    );
    const ambiguous = '"y": 1.200 is read as 1200. If it means 1.2, add --decimal point.';
    expect((await nnbp('fit', 'b.csv', '-f', 'y = a + b*t')).stderr).toContain(ambiguous);
    const series = await nnbp('train', 'b.csv', '-t', 'y', '--time', 't', '--epochs', '1', '-o', 's.nnbp');
    expect(series.stdout).toContain(`Note: ${ambiguous}`);
    expect((await nnbp('forecast', 's.nnbp', 'b.csv')).stderr).toContain(ambiguous);
  });

  it('rows without a target can determine the decimal separator of a fill value', async () => {
    const incomplete = lines(60, (k) => `${k % 10 === 3 ? '' : `1.${200 + k}`};${k}`);
    const { columns } = await train(
      table('x;y', [...incomplete, '12.34;']),
      ...['-t', 'y', '--number', 'y', '--missing', 'mean'],
    );
    expect((await columns()).inputs[0]).toMatchObject({ name: 'x', fill: expect.closeTo(1.23, 2) as number });
  });
});

describe('cells', () => {
  const padded = (value: unknown) => String(value).padStart(8);

  it.each([
    ['in quotes', ',', (value: unknown) => `"${padded(value)}"`],
    ['in tab-separated tables', '\t', padded],
  ])('spaces around a value are ignored %s', async (_, separator, cell) => {
    const rows = lines(60, (k) =>
      [k === 7 ? 'NA' : (k / 8).toFixed(3), k % 2 ? 'b' : 'a', k].map(cell).join(separator),
    );
    const header = ['x', 'word', 'y'].map(cell).join(separator);
    const { summary, columns, write, nnbp } = await train(table(header, rows), '-t', 'y');
    expect(reasonsOf(summary).x).toBe('0 to 7.375, mean 3.735; missing: 1 "NA"');
    expect((await columns()).inputs[1].values).toEqual(['a', 'b']);
    await write('new.csv', 'word,x\na,1\n');
    expect((await nnbp('predict', 'm.nnbp', 'new.csv')).stderr).toBe('');
  });

  it('predict, evaluate and explain report invalid values that a fill value replaces', async () => {
    const rows = lines(60, (k) => `${k % 9 === 4 ? '' : k},${k % 11 === 3 ? '' : ['a', 'b'][k % 2]},${k}`);
    const { write, nnbp } = await train(table('x,word,y', rows), ...['-t', 'y', '--missing', 'mean']);
    await write('new.csv', 'x,word,y\n5,a,5\n,,5\n5 kg,a,5\n5,c,5\n');
    const expected = '2 rows with a filled-in value (row 3: "x" is "5 kg", which is not a number).\n';
    expect(await nnbp('predict', 'm.nnbp', 'new.csv')).toMatchObject({ code: 0, stderr: expected });
    expect(await nnbp('evaluate', 'm.nnbp', 'new.csv')).toMatchObject({ code: 0, stderr: expected });
    const explained = await nnbp('explain', 'm.nnbp', 'new.csv', '--row', '4', '--derivative', 'dloss/db_y');
    expect(explained.stderr).toBe('Row 4 has a filled-in value: "word" is "c", which did not occur in training.\n');
  });

  it('a row without values keeps its place in predictions, except at the end of the file', async () => {
    const { write, nnbp } = await train(
      table(
        'x,y',
        lines(60, (k) => `${k},${2 * k}`),
      ),
      ...['-t', 'y', '--number', 'y'],
    );
    await write('new.csv', ',\nx,y\n1,2\n,\n"",""\n2,4\n,\n,\n');
    const { stdout, stderr } = await nnbp('predict', 'm.nnbp', 'new.csv');
    expect(stdout.split('\n').map((line) => line.split(',')[0])).toEqual(['x', '1', '', '', '2', '']);
    expect(stderr).toBe('2 rows without a prediction (row 2: "x" is missing).\n');
    await write('one.csv', 'x\n1\n""\n2\n');
    const predicted = await nnbp('predict', 'm.nnbp', 'one.csv', '--only');
    expect(predicted.stdout.split('\n').map((line) => line === '""')).toEqual([false, false, true, false, false]);
  });

  const doubled = table(
    'x,y',
    lines(60, (k) => `${k},${2 * k}`),
  );

  it('predict quotes an empty cell of a space-separated table', async () => {
    const { write, nnbp } = await train(doubled, '-t', 'y', '--number', 'y');
    await write('spaces.txt', 'x  z\n1  5\nNA 6\n2  7\n');
    expect((await nnbp('predict', 'm.nnbp', 'spaces.txt')).stdout.split('\n')[2]).toBe('NA 6 ""');
  });

  it('predict keeps the quotes in the cells of a tab-separated table', async () => {
    const { write, nnbp } = await train(doubled, '-t', 'y', '--number', 'y');
    await write('tabs.tsv', 'x\tnote\n1\t"big" one\n2\t 5" pipe\n');
    const rows = (await nnbp('predict', 'm.nnbp', 'tabs.tsv')).stdout.split('\n');
    expect(rows.slice(1, 3).map((row) => row.split('\t')[1])).toEqual(['"big" one', ' 5" pipe']);
  });
});

describe('headers', () => {
  const rows = lines(40, (k) => `${(4 + k / 10).toFixed(1)},${k % 7},${['red', 'blue'][k % 2]}`);

  it('a missing header is detected even if some cells are words', async () => {
    const content = `${rows.join('\n')}\n`;
    const { summary } = await train(content, '-t', 'column3');
    expect(summary.rows.all).toBe(40);
    const { stderr } = await train(content, '-t', 'colour');
    expect(stderr).toContain('Available: column1, column2, column3. Its first row looks like data');
  });

  it('predict suggests --header if the first row of the data looks like data', async () => {
    const content = table(
      '0,1',
      lines(40, (k) => `${k},${2 * k}`),
    );
    const { nnbp } = await train(content, '-t', '1', '--header');
    const { code, stderr } = await nnbp('predict', 'm.nnbp', 'a.csv');
    expect([code, stderr]).toEqual([2, expect.stringContaining('If it contains the column names, add --header.')]);
    expect((await nnbp('predict', 'm.nnbp', 'a.csv', '--header')).code).toBe(0);
  });

  it('a note suggests --no-header if a column name is a number', async () => {
    const { summary } = await train(table('4.5,z,colour', rows), '-t', 'colour');
    expect(summary.notes[0]).toContain('"4.5" is a number. If it is data, add --no-header.');
  });

  it('a header longer than 64 KiB is read completely', async () => {
    const names = lines(1400, (k) => `measurement_channel_with_a_long_and_descriptive_name_${k}`);
    expect(names.join(',').length).toBeGreaterThan(1 << 16);
    const wide = lines(12, (j) => [j % 2 ? 'a' : 'b', ...lines(1400, (k) => String((j * 7 + k) % 11))].join(','));
    const { summary } = await train(table(['label', ...names].join(','), wide), '-t', 'label', '--hidden', '1');
    expect(summary.columns).toHaveLength(1401);
    expect(summary.columns[1400].name).toBe(names[1399]);
  });
});

describe('classes written as numbers', () => {
  it.each([
    ['2 and 4', (k: number) => 2 + 2 * (k % 2), ['2', '4']],
    ['-1 and 1', (k: number) => (k % 2) * 2 - 1, ['-1', '1']],
    ['0, 1 and 3', (k: number) => [0, 1, 3][k % 3], ['0', '1', '3']],
    ['0 to 25', (k: number) => k % 26, lines(26, String)],
  ])(
    'a target with the values %s is a category, and a note explains how to predict a number instead',
    async (_, label, values) => {
      const content = table(
        'x,label',
        lines(520, (k) => `${Math.sin(k).toFixed(3)},${label(k)}`),
      );
      const { columns, summary, nnbp } = await train(content, '-t', 'label');
      expect((await columns()).targets[0].values).toEqual(values);
      expect(summary.notes.join()).toContain(`${values.length} different integers, so it is a category`);
      expect(summary.notes.join()).toContain('--number label');
      const regression = await nnbp('train', 'a.csv', '-t', 'label', '--number', 'label', '--epochs', '1', '--json');
      expect((JSON.parse(regression.stdout) as Summary).columns[1].kind).toBe('number');
    },
  );

  it('a ? among integer classes is a missing target', async () => {
    const content = table(
      'x,label',
      lines(61, (k) => `${k * 1.5},${k === 60 ? '?' : 1 + (k % 3)}`),
    );
    const { columns, summary } = await train(content, '-t', 'label');
    expect((await columns()).targets[0].values).toEqual(['1', '2', '3']);
    expect(summary.rows.withoutTarget).toBe(1);
    expect(reasonsOf(summary).label).toBe('1, 2, 3; missing: 1 "?"');
  });

  it('0.0 and 0 are the same class', async () => {
    const { columns } = await train(
      table(
        'x,label',
        lines(60, (k) => `${k},${['0.0', '1.0', '0', '1'][k % 4]}`),
      ),
      '-t',
      'label',
    );
    expect((await columns()).targets[0].values).toEqual(['0', '1']);
  });

  it('train accepts more than 1,000 categories in a target or an input', async () => {
    const content = table(
      'x,word',
      lines(2400, (k) => `${k % 97},word${k % 1200}`),
    );
    const { summary } = await train(content, '-t', 'word', '--hidden', '1', '--batch', '2400');
    expect(summary.network.nodes).toBe(1 + 1 + 1200);
    const wordAsInput = await train(content, '-t', 'x', '--category', 'word', '--hidden', '1', '--batch', '2400');
    expect(wordAsInput.summary.network.nodes).toBe(1200 + 1 + 1);
  });
});

describe('quotes, comments and other separators', () => {
  it.each([
    [
      'a quote inside a cell',
      table(
        'size,y',
        lines(40, (k) => `${k % 5}",${k}`),
      ),
      'size',
      '0"',
    ],
    [
      'a quoted word inside a tab-separated cell',
      table(
        't\ty',
        lines(40, (k) => `a "big" one${k % 3}\t${k}`),
      ),
      't',
      'a "big" one0',
    ],
    [
      'a tab-separated cell that begins with a quoted word',
      table(
        't\ty',
        lines(40, (k) => `"big" one${k % 3}\t${k}`),
      ),
      't',
      '"big" one0',
    ],
  ])('%s is kept unchanged', async (_, content, name, value) => {
    const { columns } = await train(content, '-t', 'y');
    const [input] = (await columns()).inputs;
    expect([input.name, input.values?.[0]]).toEqual([name, value]);
  });

  it('text after a closing quote causes an error that gives the line number', async () => {
    const { stderr } = await train(
      table(
        't,y',
        lines(20, (k) => `"big" one,${k}`),
      ),
      '-t',
      'y',
    );
    expect(stderr).toContain('line 2: a cell that begins with a quote has text after the closing quote.');
  });

  it.each([
    [
      'a sep= line',
      `\ufeffsep=;\r\n${table(
        'x;y',
        lines(40, (k) => `${k};${2 * k}`),
        '\r\n',
      )}`,
    ],
    [
      'comments',
      `# made by a tool\n# on a day\n${table(
        'x,y',
        lines(40, (k) => `${k},${2 * k}`),
      )}`,
    ],
    [
      'runs of spaces',
      table(
        'x   y',
        lines(40, (k) => ` ${k}  ${2 * k}`),
      ),
    ],
    [
      'ARFF declarations',
      `% a comment\n@relation t\n@attribute x numeric\n@attribute 'y' numeric\n\n@data\n${lines(40, (k) => `${k},${2 * k}`).join('\n')}\n`,
    ],
  ])('train reads a table with %s', async (_, content) => {
    const { summary } = await train(content, '-t', 'y');
    expect(summary.columns.map(({ name, role, kind }) => [name, role, kind])).toEqual([
      ['x', 'input', 'number'],
      ['y', 'target', 'number'],
    ]);
    expect(summary.rows.all).toBe(40);
  });

  it('a header whose first column name begins with # is not a comment', async () => {
    const { summary } = await train(
      table(
        '#x,y',
        lines(40, (k) => `${k},${2 * k}`),
      ),
      '-t',
      'y',
    );
    expect(summary.columns[0].name).toBe('#x');
  });
});

describe('predicted numbers', () => {
  it('predict writes enough digits for targets that are large compared with their differences', async () => {
    const rows = lines(60, (k) => `${k},${1_700_000_000 + 2 * k}`);
    const { nnbp } = await train(
      table('x,time', rows),
      '-t',
      'time',
      '--hidden',
      'none',
      '--optimizer',
      'lm',
      '--epochs',
      '20',
    );
    const { stdout } = await nnbp('predict', 'm.nnbp', 'a.csv', '--only');
    const predicted = stdout.trim().split('\n').slice(1).map(Number);
    predicted.forEach((value, k) => expect(value).toBeCloseTo(1_700_000_000 + 2 * k, 3));
  });

  it('predict writes the values of a fitted formula with twelve digits', async () => {
    const rows = lines(10, (k) => `${k},${2_451_545 + k / 8}`);
    const { nnbp, write } = await train(table('x,day', rows), '-t', 'day', '--number', 'day');
    expect((await nnbp('fit', 'a.csv', '-f', 'day = a + b*x', '-o', 'f.json')).code).toBe(0);
    await write('new.csv', 'x\n1\n');
    expect((await nnbp('predict', 'f.json', 'new.csv', '--only')).stdout).toBe('predicted_day\n2451545.125\n');
  });
});
