// Installs the packed packages in a fresh directory, imports `nnbp` and runs its command on a table, as a user would.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const unreachable = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/;

/**
 * The source of a module. It checks that the builds of `nnbp` for Node and for other hosts have the same exports and use
 * the error classes of core and train. Then it trains a network for one epoch.
 */
const imports = `
  import { NnbpError } from '@nnbp/core';
  import { DivergedError } from '@nnbp/train';
  import * as node from 'nnbp';
  import * as others from './node_modules/nnbp/dist/index.js';
  const names = (exported) => JSON.stringify(Object.keys(exported));
  if (node.fit === others.fit) throw new Error('Node loaded the build for other hosts.');
  if (names(node) !== names(others)) throw new Error(\`The builds of nnbp have different exports. Node: \${names(node)}. Other hosts: \${names(others)}.\`);
  for (const { NnbpError: Core, DivergedError: Train } of [node, others]) {
    if (Core !== NnbpError || Train !== DivergedError) throw new Error('nnbp contains copies of the error classes.');
  }
  const { auto, fit, mlp, mse, Network, sgd, tanh } = node;
  const network = new Network(mlp([1, 1], { activation: tanh }));
  const options = { loss: mse(), optimizer: sgd({ learningRate: 0.1 }), epochs: 1, engine: await auto() };
  await fit(network, { inputs: [[1]], targets: [[1]] }, options);
`;

/**
 * Installs the packages from their tarballs, imports `nnbp`, and runs its command. `tarballs` maps package names to
 * paths.
 *
 * @returns A description of the problem, or undefined if there is none. If the registry cannot be reached, logs a
 * message and returns undefined.
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
    writeFileSync(join(home, 'imports.mjs'), imports);
    run('node', 'imports.mjs');
    const nnbp = (...args) => run(npm, 'exec', '--offline', '--', 'nnbp', ...args);
    const version = nnbp('--version').trim();
    if (!/^\d+\.\d+\.\d+/.test(version)) return `nnbp --version printed "${version}"`;
    const { test } = JSON.parse(nnbp('train', 'data.csv', '--target', 'level', '--json'));
    if (!(test.metrics.accuracy > 0.9))
      return `nnbp train: expected a test accuracy above 0.9, received ${test.metrics.accuracy}`;
    const [header] = nnbp('predict', 'data.nnbp.safetensors', 'data.csv').split('\n');
    if (header !== 'x;y;level;predicted_level') return `nnbp predict: unexpected first line "${header}"`;
    nnbp('export', 'data.nnbp.safetensors', '--to', 'onnx');
    return undefined;
  } catch (error) {
    return `nnbp failed:\n${error.stderr || error.message}`;
  }
}
