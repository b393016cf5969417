import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
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

/** Whether a changeset names at least one package, and only packages that have a changelog. */
function hasChangelog(changeset: string): boolean {
  const [, header] = changeset.split('---\n');
  const names = Array.from(header.matchAll(/^['"](.+)['"]: (?:patch|minor|major)$/gm), ([, name]) => name);
  return names.length > 0 && names.every((name) => packageNames.includes(name) && !ignore.includes(name));
}

test('each changeset names a package with a changelog', () => {
  expect(hasChangelog("---\n'@nnbp/core': minor\n---\n")).toBe(true);
  expect(hasChangelog("---\n'@nnbp/unknown': minor\n---\n")).toBe(false);
  // Right after a release, there are no changesets.
  const files = filesOf('.changeset/*.md').filter((file) => file !== '');
  expect(files.filter((file) => !hasChangelog(readFileSync(root + file, 'utf8')))).toEqual([]);
});

test('a changelog lists updated dependencies in one line', async () => {
  const { getDependencyReleaseLine } = createRequire(import.meta.url)('../changelog.cjs') as {
    getDependencyReleaseLine(
      changesets: unknown[],
      dependencies: { name: string; newVersion: string }[],
    ): Promise<string>;
  };
  const dependencies = ['core', 'optim'].map((name) => ({ name: `@nnbp/${name}`, newVersion: '1.2.0' }));
  expect(await getDependencyReleaseLine([{}, {}], dependencies)).toBe(
    '- Updated dependencies: @nnbp/core@1.2.0, @nnbp/optim@1.2.0',
  );
  expect(await getDependencyReleaseLine([], [])).toBe('');
});
