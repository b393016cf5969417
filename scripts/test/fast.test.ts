import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { slowTests } from '../fast.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const packages = ['packages', 'apps'].flatMap((parent) =>
  readdirSync(root + parent).map((name) => `${parent}/${name}`),
);
const testFiles = [...[...packages, 'checks', 'examples', 'scripts'].map((name) => `${name}/test`), 'scripts/examples']
  .map((directory) => root + directory)
  .filter((directory) => existsSync(directory))
  .flatMap((directory) => readdirSync(directory))
  .filter((name) => name.endsWith('.test.ts'));

test.each(slowTests)('test:fast excludes at least one test file by the prefix %s', (name) => {
  expect(testFiles.some((file) => file.startsWith(name))).toBe(true);
});
