/**
 * Reads and writes `results.json`: results of the long checks, with date and machine. `pnpm guarantees` generates a
 * guide from it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

/** Whether `--smoke` is set: a script then runs its smallest workload as a test and writes no results. */
export const smoke = process.argv.includes('--smoke');

export const mutatedPackages = ['activations', 'aggregations', 'losses', 'optim', 'gradcheck', 'core', 'train'];

const path = join(import.meta.dirname, 'results.json');

/** @returns {Record<string, any>} */
export const results = () => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {});

/** Writes the result of a check. Replaces its previous result. */
export function record(check, result) {
  if (smoke) return;
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const run = {
    date: new Date().toISOString().slice(0, 10),
    commit,
    node: process.version,
    processor: cpus()[0]?.model ?? 'unknown',
  };
  writeFileSync(path, `${JSON.stringify({ ...results(), [check]: { ...result, run } }, null, 2)}\n`);
}
