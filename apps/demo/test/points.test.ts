/** The Fit view reads pasted text as points, and reports the first line that it cannot read. */
import { expect, test } from 'vitest';
import { readPoints } from '../web/fit/points.js';

const read = (text: string) => {
  const parsed = readPoints(text);
  return 'reason' in parsed ? parsed : { names: parsed.names, rows: parsed.points.map(({ x, y }) => [x, y]) };
};

test.each([
  ['1, 2.5\n2, 3'],
  ['1;2,5\n2;3'],
  ['1\t2.5\n2\t3'],
  ['1 2,5\n2 3'],
  ['1,2.5\n2,3'],
  ['1 ,2.5\n2 ,3'],
  ['"1";"2,5"\n"2";"3"'],
  ['\n# a remark\n1 2.5\n\n2 3\n'],
])('%j is read as two points with the columns x and y', (text) => {
  expect(read(text)).toEqual({
    names: ['x', 'y'],
    rows: [
      [1, 2.5],
      [2, 3],
    ],
  });
});

test('two numbers with decimal commas and a space between them are a point, even in the first line', () => {
  expect(read('1,5 2,5\n-2,5  +3,25')).toEqual({
    names: ['x', 'y'],
    rows: [
      [1.5, 2.5],
      [-2.5, 3.25],
    ],
  });
});

test.each(['1, NA\n2, 3', 'NA, 1\n2, 3', '3, x\n2, 3', '1,5 x\n2, 3', '1, Infinity\n2, 3'])(
  'a first line with one number is not a header: %j',
  (text) => {
    expect(readPoints(text)).toEqual({ reason: 'line', line: 1 });
  },
);

test.each([
  ['t, counts', ['t', 'counts']],
  ['time t,counts', ['time t', 'counts']],
  ['"t";"counts per second"', ['t', 'counts per second']],
  ['t counts', ['t', 'counts']],
])('the first line %j names the columns, without quotes', (line, names) => {
  expect(read(`${line}\n1 2`)).toEqual({ names, rows: [[1, 2]] });
});

test('a second line of words is not a header', () => {
  expect(readPoints('t, counts\na, b\n1, 2')).toEqual({ reason: 'line', line: 2 });
});
