import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Report {
  files: Record<string, { mutants: { replacement: string; status: string }[] }>;
}

/** Runs Stryker with the configuration of `pnpm mutation` on these files. Returns its output and its mutants. */
function mutate(files: Record<string, string>) {
  const directory = mkdtempSync(join(tmpdir(), 'nnbp-mutation-'));
  try {
    cpSync(join(root, 'scripts/mutation'), join(directory, 'scripts/mutation'), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'), 'junction');
    for (const [path, text] of Object.entries({ 'package.json': '{ "type": "module" }', ...files })) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    const stryker = join(root, 'node_modules/@stryker-mutator/core/bin/stryker.js');
    const { stdout } = spawnSync(process.execPath, [stryker, 'run', 'scripts/mutation/stryker.config.mjs'], {
      cwd: directory,
      encoding: 'utf8',
    });
    const report = join(directory, 'reports/mutation.json');
    const { files: mutated } = existsSync(report)
      ? (JSON.parse(readFileSync(report, 'utf8')) as Report)
      : { files: {} };
    const mutants = Object.values(mutated).flatMap((file) => file.mutants);
    return { stdout, mutants: Object.fromEntries(mutants.map((mutant) => [mutant.replacement, mutant.status])) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test('a mutant is killed if it makes a test fail or keeps a test file from loading', { timeout: 120_000 }, () => {
  const { stdout, mutants } = mutate({
    'packages/losses/src/size.ts': `
      export const loaded = [1][0].toFixed();
      export const first = -loaded;
      export const untested = +loaded;
    `,
    'packages/losses/test/size.test.ts': `
      import { first } from '../src/size.ts';
      import { expect, test } from 'vitest';
      test('size', () => { expect(first).toBe(-1); });
    `,
  });
  expect(mutants, stdout).toEqual({ '[]': 'Killed', '+loaded': 'Killed', '-loaded': 'Survived' });
});

test('Stryker does not start if a test file cannot be loaded', { timeout: 120_000 }, () => {
  const { stdout, mutants } = mutate({
    'packages/losses/src/size.ts': 'export const first = -1;',
    'packages/losses/test/size.test.ts': `
      import { first } from '../src/size.ts';
      import { expect, test } from 'vitest';
      test('size', () => { expect(first).toBe(-1); });
    `,
    'packages/losses/test/broken.test.ts': "throw new Error('cannot be loaded');",
  });
  expect(mutants).toEqual({});
  expect(stdout).toMatch(/broken\.test\.ts runs without errors[\s\S]*cannot be loaded/);
});
