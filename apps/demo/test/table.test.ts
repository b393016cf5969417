/** Tables that users choose in the Train view are read as the command line reads them. */
import { expect, it } from 'vitest';
import { decodeTable, readTable, tableDataset } from '../web/train/data/csv.js';

const lines = (count: number, line: (k: number) => string) =>
  Array.from({ length: count }, (_, k) => line(k)).join('\n');
const kinds = (text: string) => readTable(text).columns.map(({ name, kind, as }) => `${name}: ${kind} as ${as}`);

it('numbers with decimal commas are read from a semicolon-separated table', () => {
  const table = readTable(`x;y\n${lines(20, (k) => `${k},5;${2 * k},25`)}`);
  expect(table.rows[3]).toEqual(['3.5', '6.25']);
});

it('the word none is a category in a column of words, and NA is a missing value in a column of numbers', () => {
  const table = readTable(`x,grade\n${lines(30, (k) => `${k === 4 ? 'NA' : k},${['a', 'b', 'none'][k % 3]}`)}`);
  expect([table.rows.length, table.incomplete]).toEqual([29, 1]);
  expect(tableDataset(table, 1, 'category', 0).classes).toEqual(['a', 'b', 'none']);
});

it('a missing header is detected even if cells are words', () => {
  expect(kinds(lines(20, (k) => `${k}.5,${['red', 'blue'][k % 2]}`))).toEqual([
    'column 1: number as number',
    'column 2: category as category',
  ]);
});

it.each([
  ['a sep= line', `sep=;\nx;y\n${lines(20, (k) => `${k};${k * 1.5}`)}`],
  ['comments', `# by hand\nx,y\n${lines(20, (k) => `${k},${k * 1.5}`)}`],
  ['several spaces between columns', `x  y\n${lines(20, (k) => ` ${k}   ${k * 1.5}`)}`],
  [
    'an ARFF header',
    `@relation t\n@attribute x numeric\n@attribute y numeric\n@data\n${lines(20, (k) => `${k},${k * 1.5}`)}`,
  ],
])('a table with %s is read', (_, text) => {
  const table = readTable(text);
  expect(table.columns.map(({ name }) => name)).toEqual(['x', 'y']);
  expect(table.rows[5]).toEqual(['5', '7.5']);
});

it('integers such as 2 and 4 are classes, and rows with an empty cell in a mostly empty column are kept', () => {
  const text = `x,pool,label\n${lines(40, (k) => `${k * 1.5},${k === 3 ? 1 : ''},${2 + 2 * (k % 2)}`)}`;
  expect(kinds(text)[2]).toBe('label: number as category');
  expect(readTable(text).rows).toHaveLength(40);
});

it('UTF-16 with a byte order mark is decoded, and other bytes that are not UTF-8 are rejected', () => {
  expect(() => decodeTable(Uint8Array.from([0x78, 0xe9, 0x2c]))).toThrow('encoding');
  expect(decodeTable(Uint8Array.from([0xff, 0xfe, 0x78, 0, 0x2c, 0]))).toBe('x,');
});

it.each([
  ['a header and 20,000 rows', 'x,y\n', 20_000, false],
  ['a header and 20,001 rows', 'x,y\n', 20_001, true],
  ['20,000 rows without a header', '', 20_000, false],
  ['20,001 rows without a header', '', 20_001, true],
])(
  'at most 20,000 rows are read from a table with %s, and hasMore is true only if there are more',
  (_, header, count, hasMore) => {
    const table = readTable(`${header}${lines(count, (k) => `${k},${k * 1.5}`)}`);
    expect([table.rows.length, table.incomplete, table.hasMore]).toEqual([20_000, 0, hasMore]);
  },
);
