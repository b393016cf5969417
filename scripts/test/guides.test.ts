/** Applies the contributor guides to a copy of the repository, and runs the checks that they name. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyGuide, copyRepository, readGuide } from './guide.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'nnbp-guides-'));
const files = readdirSync(join(root, 'docs/guides')).filter((file) => file.startsWith('add-'));
const guides = files.map((file) => ({ file, guide: readGuide(readFileSync(join(root, 'docs/guides', file), 'utf8')) }));

beforeAll(() => {
  copyRepository(root, copy);
}, 120_000);
afterAll(() => {
  rmSync(copy, { recursive: true, force: true });
});

// A contributor may follow several guides, so all guides are applied to the same copy, one after another.
test.each(guides)('$file applies to a copy of the repository', ({ guide }) => {
  expect(guide.edits.length).toBeGreaterThan(0);
  expect(guide.commands[0]).toBe('pnpm typecheck');
  applyGuide(guide, copy);
});

test('the packages compile after all guides have been applied', { timeout: 240_000 }, async () => {
  await run('typescript-native', 'bin/tsc', 230_000, '--pretty', 'false', '-p', 'tsconfig.packages.json');
});

test('the tests named in the guides pass after all guides have been applied', { timeout: 600_000 }, async () => {
  // One process runs the projects and test files of all commands, which is faster than one process per guide.
  const words = guides.flatMap(({ guide }) =>
    guide.commands.slice(1).flatMap((command) => command.split(' ').slice(1)),
  );
  expect(words.filter((word) => word === 'test:unit')).toHaveLength(guides.length);
  const options = words.filter((word) => word !== 'test:unit');
  await run('vitest', 'vitest.mjs', 590_000, 'run', '--typecheck.enabled=false', ...new Set(options));
});

/**
 * Runs a program of an installed package in the copy. `timeout` is in milliseconds; keep it below the time limit of the
 * test, so that no process outlives the test. If the program fails, throws an error with its output.
 */
async function run(name: string, file: string, timeout: number, ...args: string[]): Promise<void> {
  const { VITEST: _, VITEST_POOL_ID: __, VITEST_WORKER_ID: ___, NODE_OPTIONS: ____, ...env } = process.env;
  const program = join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), file);
  const options = { cwd: copy, env, maxBuffer: 2 ** 26, timeout };
  await promisify(execFile)(process.execPath, [program, ...args], options).catch((error: unknown) => {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${name} ${args.join(' ')}\n${stdout}\n${stderr}`.slice(0, 8000), { cause: error });
  });
}
