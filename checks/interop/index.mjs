/**
 * `pnpm interop`: installs the libraries that the tests compare with (800 MB) unless they are already installed, finds
 * or installs a browser and the Python modules, runs all tests against our sources, and writes the results to
 * RESULTS.md. With names of test files as arguments, runs only those and does not write RESULTS.md.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { provideBrowser } from '../../scripts/browser.ts';
import { canInstallPackages, installPackages } from '../../scripts/debian.ts';
import { modules, providePython } from './pytorch/python.mjs';
import { results } from './record.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const { packageManager } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const testFiles = process.argv.slice(2);

// Skips install scripts: the script of onnxruntime-node would download files that its package already contains.
const install = ['install', '--ignore-workspace', '--ignore-scripts', '--frozen-lockfile', '--dir', here];
run('npx', ['--yes', packageManager, ...install]);
console.log(`Browser: ${provideBrowser()}`);
for (const module of /** @type {(keyof typeof modules)[]} */ (Object.keys(modules)))
  providePython(module, { canInstallPackages, installPackages });
rmSync(results, { recursive: true, force: true });
const startTime = Date.now();
run('npx', [
  '--no-install',
  'vitest',
  'run',
  '--config',
  'vitest.config.mjs',
  '--root',
  here,
  '--no-file-parallelism',
  ...testFiles,
]);
if (testFiles.length === 0)
  writeFileSync(new URL('RESULTS.md', import.meta.url), page((Date.now() - startTime) / 1000));

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
}

function page(seconds) {
  const entries = readdirSync(results)
    .sort()
    .map((file) => JSON.parse(readFileSync(new URL(file, results), 'utf8')));
  return (
    [
      '# Interoperability results',
      `Written by \`node checks/interop/index.mjs\` on ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ` +
        `${process.platform} ${process.arch}, ${cpus()[0].model.trim()}, in ${Math.round(seconds)} s.`,
      ...entries.flatMap(({ program, rows }) => [`## ${program}`, rows.map((row) => `- ${row.join(': ')}`).join('\n')]),
      '',
    ]
      .join('\n\n')
      .trimEnd() + '\n'
  );
}
