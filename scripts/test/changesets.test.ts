import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const filesOf = (pattern: string) =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', pattern], {
    cwd: root,
    encoding: 'utf8',
  })
    .trim()
    .split('\n');
const { ignore } = JSON.parse(readFileSync(`${root}.changeset/config.json`, 'utf8')) as { ignore: string[] };
const packageNames = filesOf('*/package.json').map(
  (file) => (JSON.parse(readFileSync(root + file, 'utf8')) as { name: string }).name,
);

test('each changeset names a package with a changelog', () => {
  const changesets = filesOf('.changeset/*.md');
  expect(changesets.length).toBeGreaterThan(0);
  const inNoChangelog = changesets.filter((file) => {
    const [, header] = readFileSync(root + file, 'utf8').split('---\n');
    const names = Array.from(header.matchAll(/^['"](.+)['"]: (?:patch|minor|major)$/gm), ([, name]) => name);
    return names.length === 0 || !names.every((name) => packageNames.includes(name) && !ignore.includes(name));
  });
  expect(inNoChangelog).toEqual([]);
});
