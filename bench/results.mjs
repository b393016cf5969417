/** Reads and writes bench/results.json: the results and the machine. A run replaces only the parts that it measured. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import { smoke } from './smoke.mjs';

const file = new URL('results.json', import.meta.url);

export const machine = () => ({
  cpu: cpus()[0].model,
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  system: `${platform()} ${arch()}`,
  node: process.version,
});

/**
 * The results by benchmark. `rows` is written by bench/run.mjs.
 *
 * @typedef {{ rows: any[], calls?: any[], xor?: any[], startUp?: any[], fit?: any[], growth?: any[], threads?: any[], digits?: object, peak?: object }} Results
 */

/** @returns {Results} */
export const results = () => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { rows: [] });

/**
 * Writes the results with some parts replaced. Does nothing with `--smoke`.
 *
 * @param {(results: Results) => object} change - Returns the parts to replace.
 */
export function changeResults(change) {
  if (smoke) return;
  const previous = results();
  writeFileSync(file, `${JSON.stringify({ ...previous, ...change(previous), machine: machine() }, undefined, 2)}\n`);
}
