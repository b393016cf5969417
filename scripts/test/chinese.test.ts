/**
 * Checks the Chinese guides: their code is that of the English guides, except for comments, and punctuation is
 * full-width.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const guides = fileURLToPath(new URL('../../docs/guides/', import.meta.url));
const chinese = fileURLToPath(new URL('../../docs/zh/guides/', import.meta.url));

/** The fenced code blocks of a page, without comments. examples.test.ts checks the values in comments. */
const blocks = (path: string) =>
  Array.from(readFileSync(path, 'utf8').matchAll(/^```[\s\S]*?^```$/gm), ([block]) =>
    block
      .split('\n')
      .filter((line) => !line.trimStart().startsWith('/**'))
      .map((line) => line.replace(/(?:\/\/|#) .*$/, '').trimEnd()),
  );

test.each(readdirSync(chinese))(
  'docs/zh/guides/%s has the same code as the English guide, except for comments',
  (name) => {
    expect(blocks(chinese + name)).toEqual(blocks(guides + name));
  },
);

test.each(readdirSync(chinese))('docs/zh/guides/%s has full-width punctuation next to Chinese characters', (name) => {
  const prose = readFileSync(chinese + name, 'utf8').replaceAll(/^```[\s\S]*?^```$|`[^`\n]*`/gm, '');
  expect(prose.match(/[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]|[\u4e00-\u9fff]\.(?!\w)/g) ?? []).toEqual([]);
});
