import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectShown, withAssertions } from './assertions.js';
import { collect } from './collect.js';

test.each<[shown: string, actual: unknown]>([
  ['20', 20],
  ['4_608', 4608],
  ['-0.50', -0.504],
  ['0.1562', 0.15625],
  ['1.5e-7', 1.54e-7],
  ['[1, 0.25]', [1, 0.254]],
  ['[[2], [6]]', [Float64Array.of(2), [6]]],
  ["['a1', 2]", ['a1', 2]],
  ["{ x: 6, 'h@-1': [4.0] }", { x: 6, 'h@-1': [4.04] }],
  ['undefined', undefined],
  ['false', false],
])('an example that shows %s passes if it computes %s', (shown, actual) => {
  expect(() => expectShown(actual, shown)).not.toThrow();
});

test.each<[shown: string, actual: unknown]>([
  ['20', 20.4],
  ['20', '20'],
  ['-0.50', -0.506],
  ['1.5e-7', 1.56e-7],
  ['[1, 0.25]', [1.004, 0.25]],
  ['[1, 2]', [1, 2, 3]],
  ['[]', new Set([1])],
  ["'a'", 'b'],
  ['{ x: 6 }', { x: 6, y: 7 }],
  ['{ x: 6 }', { x: 7 }],
  ['undefined', null],
  ['[1]', undefined],
])('an example that shows %s fails if it computes %s', (shown, actual) => {
  expect(() => expectShown(actual, shown)).toThrow(`The example shows ${shown}, but computes`);
});

test('withAssertions compares an expression with the value in its comment, and leaves all other lines unchanged', () => {
  const code = ['  await mean(x); // [2.75]', 'const a = 1; // 1', 'f(); // prints 1'];
  const [compared, ...others] = withAssertions(code.join('\n')).split('\n');
  expect(compared).toBe('  __expectShown(await mean(x), "[2.75]"); // [2.75]');
  expect(others).toEqual(code.slice(1));
});

test('collect maps each line of a continued block to its line in the file', () => {
  const root = mkdtempSync(join(tmpdir(), 'nnbp-examples-'));
  try {
    const text = ['# Title', '```ts', 'const a = 1;', '```', 'Text.', '```ts continue', 'a;', 'a + a;', '```', ''];
    writeFileSync(join(root, 'README.md'), text.join('\n'));
    const [first, second] = collect(root);
    expect([first.line, first.lines, first.code]).toEqual([3, [3], 'const a = 1;\n']);
    expect([second.line, second.lines, second.code]).toEqual([7, [3, 7, 8], 'const a = 1;\na;\na + a;\n']);
    const fileLines = text.map((line, k) => [k + 1, line] as const);
    for (const [k, line] of second.code.trimEnd().split('\n').entries())
      expect(fileLines).toContainEqual([second.lines[k], line]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
