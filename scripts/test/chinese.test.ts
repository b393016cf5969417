/** Chinese guides have the same code as the English ones, except for comments. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const guides = fileURLToPath(new URL('../../docs/guides/', import.meta.url));
const chinese = fileURLToPath(new URL('../../docs/zh/guides/', import.meta.url));

/** Fenced blocks without comments. A comment after an expression is its value: examples.test.ts compares it. */
const blocks = (path: string) =>
  Array.from(readFileSync(path, 'utf8').matchAll(/^```[\s\S]*?^```$/gm), ([block]) =>
    block
      .split('\n')
      .filter((line) => !line.trimStart().startsWith('/**'))
      .map((line) => line.replace(/(?:\/\/|#) .*$/, '').trimEnd()),
  );

test.each(readdirSync(chinese))('docs/zh/guides/%s has the code blocks of the English guide', (name) => {
  expect(blocks(chinese + name)).toEqual(blocks(guides + name));
});

test.each(readdirSync(chinese))('docs/zh/guides/%s has full-width punctuation between Chinese characters', (name) => {
  const prose = readFileSync(chinese + name, 'utf8').replaceAll(/^```[\s\S]*?^```$|`[^`\n]*`/gm, '');
  expect(prose.match(/[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]|[\u4e00-\u9fff]\.(?!\w)/g) ?? []).toEqual([]);
});
