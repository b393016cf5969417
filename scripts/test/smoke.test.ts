/** Runs the long-running scripts from source, without a build or downloads, and with their smallest workloads. */
import { randomNetwork } from '../../checks/interop/random-networks.mjs';
import { WorstError } from '../../checks/interop/worst-error.mjs';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readmesWithTable } from '../../bench/readme-table.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const env = { ...process.env, NODE_OPTIONS: '--import=tsx --conditions=@nnbp/source', NODE_V8_COVERAGE: '' };
const run = async (script: string, ...args: string[]) =>
  (await promisify(execFile)(process.execPath, [script, '--smoke', ...args], { cwd: root, env })).stdout;

describe('smoke test', { timeout: 120_000 }, () => {
  test('bench/run.mjs compares losses, including that of an LSTM, and prints "not measured" for a library that cannot run', async () => {
    const workloads = ['tiny-online', 'lstm-6-4-2'];
    const output = await run('bench/run.mjs', '--workloads', workloads.join(), '--libraries', 'nnbp-2-threads');
    // Each workload runs twice: pinned to one core, and not pinned.
    expect(output.match(/nnbp: loss .*: same/g)).toHaveLength(2 * workloads.length);
    expect(output).toMatch(/tiny-online\s+nnbp-2-threads\s+not measured/);
    expect(output).toMatch(/lstm-6-4-2\s+nnbp\s+\d/);
  });

  test.each([
    ['bench/calls.mjs --libraries nnbp,scoped --calls predict-small,train-to-loss,load', 'load, then network.predict'],
    ['bench/fit.mjs', 'fit / step'],
    ['bench/xor.mjs', '1 of 1'],
    ['bench/start-up.mjs', 'scoped'],
    ['bench/threads.mjs', '8-4-2'],
    ['bench/peak.mjs', 'register-only loop'],
    ['bench/digits.mjs', 'seconds'],
    ['bench/growth.mjs', '10,000'],
    ['checks/stress/load.mjs', 'wrong: 0'],
    ['checks/stress/soak.mjs', '"sameAsFresh": true'],
  ])('%s runs and prints %j', async (command, shown) => {
    const [script, ...args] = command.split(' ');
    expect(await run(script, ...args)).toContain(shown);
  });

  test('checks/fits/index.ts runs all of its measurements', async () => {
    const output = await run('checks/fits/index.ts');
    for (const shown of ['L-BFGS reached', 'five points, 1-4-1', '2 training samples', 'lm lower in'])
      expect(output).toContain(shown);
  });

  test('WorstError, which the interop checks use, accepts the outputs of a network and rejects wrong ones', () => {
    const { network, rows } = randomNetwork(1);
    const worst = new WorstError();
    const outputs = network.predictBatch(rows).flat();
    worst.check(network, rows, outputs);
    expect(() => {
      worst.check(
        network,
        rows,
        outputs.map((x) => x + 1),
      );
    }).toThrow();
  });
});

test('the benchmark tables in the READMEs match bench/results.json', async () => {
  for (const [path, text] of await readmesWithTable()) expect(await readFile(path, 'utf8')).toBe(text);
});
