// Installs the packed command and its packages in a fresh directory and runs it on a table, as a user would.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const unreachable = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/;

/**
 * Installs the tarballs, by package name, and trains and predicts with `nnbp`.
 *
 * @returns What is wrong; undefined if nothing is, or if the registry cannot be
 * reached, which is logged.
 */
export function tryInstall(folder, tarballs) {
  const home = join(folder, 'fresh');
  mkdirSync(home);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const run = (program, ...args) =>
    execFileSync(program, args, { cwd: home, encoding: 'utf8', stdio: 'pipe', shell: process.platform === 'win32' });
  const dependencies = Object.fromEntries(Object.entries(tarballs).map(([name, path]) => [name, `file:${path}`]));
  writeFileSync(join(home, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const rows = Array.from(
    { length: 90 },
    (_, k) => `${(k % 7) + 10 * (k % 3)};${k % 11};${['low', 'mid', 'high'][k % 3]}`,
  );
  writeFileSync(join(home, 'data.csv'), ['x;y;level', ...rows].join('\r\n'));
  try {
    run(npm, 'install', '--no-audit', '--no-fund', '--prefer-offline', '--fetch-retries=1');
  } catch (error) {
    if (!unreachable.test(error.stderr)) return `npm install:\n${error.stderr}`;
    console.log('The registry cannot be reached: installing the packed nnbp was not tested.');
    return undefined;
  }
  try {
    const nnbp = (...args) => run(npm, 'exec', '--offline', '--', 'nnbp', ...args);
    const version = nnbp('--version').trim();
    if (!/^\d+\.\d+\.\d+/.test(version)) return `nnbp --version printed "${version}"`;
    const { test } = JSON.parse(nnbp('train', 'data.csv', '--target', 'level', '--json'));
    if (!(test.metrics.accuracy > 0.9)) return `nnbp train: accuracy ${test.metrics.accuracy}`;
    const [header] = nnbp('predict', 'data.nnbp.safetensors', 'data.csv').split('\n');
    if (header !== 'x;y;level;predicted_level') return `nnbp predict began with "${header}"`;
    nnbp('export', 'data.nnbp.safetensors', '--to', 'onnx');
    return undefined;
  } catch (error) {
    return `the installed nnbp:\n${error.stderr || error.message}`;
  }
}
