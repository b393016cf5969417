/** Tests of the report and its text. */
import { type Comparison, Report } from '@nnbp/gradcheck';
import { expect, test } from 'vitest';

const comparison = (name: string, analytic: number, numeric: number, tolerance = 0.1): Comparison => ({
  name,
  analytic,
  numeric,
  tolerance,
});
const hintOf = (...comparisons: Comparison[]) =>
  /Likely cause: (.*)/.exec(new Report('f', comparisons, []).toString())?.[1];

test('a report that passes lists the five largest errors, largest first', () => {
  const comparisons = [1, 3, 5, 2, 4, 6].map((k) => comparison(`h = ${k}`, 1, 1 + k / 100));
  const report = new Report('Activation f', comparisons, []);
  expect(report.ok).toBe(true);
  expect(report.worst?.name).toBe('h = 6');
  expect(report.toString().split('\n')).toEqual([
    'Activation f: ok, 6 of 6 derivatives agree with finite differences.',
    '  derivative                           analytic          numeric     error   allowed',
    '  h = 6                              1.00000000       1.06000000    6.0e-2    1.0e-1',
    '  h = 5                              1.00000000       1.05000000    5.0e-2    1.0e-1',
    '  h = 4                              1.00000000       1.04000000    4.0e-2    1.0e-1',
    '  h = 3                              1.00000000       1.03000000    3.0e-2    1.0e-1',
    '  h = 2                              1.00000000       1.02000000    2.0e-2    1.0e-1',
  ]);
});

test('worst is the comparison with the largest error relative to its tolerance, and NaN counts as an infinite error', () => {
  const wide = comparison('wide', 1, 2, 10);
  const narrow = comparison('narrow', 1, 1.1, 0.001);
  expect(new Report('f', [wide, narrow], []).worst).toBe(narrow);
  const [first, second] = [comparison('first', NaN, 1), comparison('second', NaN, 2)];
  const report = new Report('f', [wide, first, narrow, second], []);
  expect(report.worst).toBe(first);
  expect(report.mismatches).toEqual([first, narrow, second]);
});

test('a report that fails lists only violations and mismatches', () => {
  const report = new Report('f', [comparison('a', 1, 1), comparison('b', 3, 1), comparison('c', 1, 1)], [], ['Oh.']);
  expect(report.toString().split('\n')).toEqual([
    'f: WRONG, 2 of 3 derivatives agree with finite differences, other problems: 1.',
    '  Oh.',
    '  derivative                           analytic          numeric     error   allowed',
    '  b                                  3.00000000       1.00000000    2.0e+0    1.0e-1',
  ]);
});

test('a report without comparisons has no table, and a report lists at most four skipped derivatives', () => {
  const excluded = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ name, reason: 'a kink' }));
  expect(new Report('f', [], excluded).toString().split('\n')).toEqual([
    'f: WRONG, 0 of 0 derivatives agree with finite differences.',
    '  Skipped (a kink): a, b, c, d and 2 more.',
  ]);
  expect(new Report('f', [], excluded.slice(0, 4)).toString()).toMatch(/a, b, c, d\.$/);
});

test('a report shows five violations and the number of the others', () => {
  const lines = (count: number) =>
    new Report(
      'f',
      [],
      [],
      Array.from({ length: count }, (_, k) => `Oh ${k}.`),
    )
      .toString()
      .split('\n');
  expect(lines(5).at(-1)).toBe('  Oh 4.');
  expect(lines(7).slice(-2)).toEqual(['  Oh 4.', '  … and 2 more']);
});

test('an error equal to the tolerance passes', () => {
  expect(new Report('f', [comparison('a', 1, 1, 0)], []).ok).toBe(true);
  expect(new Report('f', [comparison('a', 1.5, 1, 0.5)], []).mismatches).toEqual([]);
});

test('a report includes a hint only if it explains every mismatch to four digits', () => {
  expect(hintOf(comparison('a', 1, 1))).toBeUndefined();
  expect(hintOf(comparison('a', NaN, 1), comparison('b', NaN, 2))).toMatch(/is NaN/);
  expect(hintOf(comparison('a', NaN, 1), comparison('b', 5, 2))).toBeUndefined();
  expect(hintOf(comparison('a', -1000.01, 1000))).toBe('the sign is wrong.');
  expect(hintOf(comparison('a', -1000.5, 1000))).toBeUndefined();
  expect(hintOf(comparison('a', -0.003, 0.001, 1e-6))).toBeUndefined();
  expect(hintOf(comparison('a', 3, 1))).toBeUndefined();
  expect(hintOf(comparison('a', 3, 1), comparison('b', 6, 2))).toMatch(/3\.000 times/);
  expect(hintOf(comparison('a', 3, 1), comparison('b', 7, 2))).toBeUndefined();
  expect(hintOf(comparison('a', 3, 0), comparison('b', 7, 2))).toBeUndefined();
});
