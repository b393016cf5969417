// @ts-check
/**
 * Compares the defaults of `nnbp train` with scikit-learn's LogisticRegression and MLPClassifier on the same splits.
 * Prints the mean test accuracy of each over seeds 0 to 4. scikit-learn trains on all rows outside the test set, since
 * it needs no validation rows. All three models receive standardized numbers and one-hot categories.
 *
 * Usage: pnpm exec tsx --conditions=@nnbp/source bench/defaults.mjs DATA.csv:TARGET … [-- options of nnbp train]
 * Needs python3 with scikit-learn (Debian: python3-sklearn). Set PYTHON to use another interpreter.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { run } from '../packages/cli/src/index.ts';
import { trainingData } from '../packages/cli/src/training/data.ts';
import { partsOf } from '../packages/cli/src/training/learn.ts';
import { planFor } from '../packages/cli/src/training/plan.ts';

const seeds = [0, 1, 2, 3, 4];
const [files, trainArguments] = splitArguments(process.argv.slice(2));
if (files.length === 0) throw new Error('Usage: bench/defaults.mjs DATA.csv:TARGET …');
const directory = await mkdtemp(join(tmpdir(), 'nnbp-defaults-'));

/** @param {string[]} argv */
function splitArguments(argv) {
  const at = argv.indexOf('--');
  return at < 0 ? [argv, []] : [argv.slice(0, at), argv.slice(at + 1)];
}

/** @param {NodeJS.WritableStream} stdout */
const ioWith = (stdout) => ({ stdout, stderr: new PassThrough().resume(), stdin: process.stdin, cwd: process.cwd() });

/**
 * @param {string} path
 * @param {string} target
 * @param {number} seed
 */
async function testAccuracy(path, target, seed) {
  const stdout = new PassThrough();
  const output = join(directory, 'model');
  const argv = ['train', path, '--target', target, '--seed', String(seed), '--json', '--output', output, ...trainArguments];
  const code = await run(argv, ioWith(stdout));
  if (code !== 0) throw new Error(`nnbp ${argv.join(' ')} exited with code ${code}.`);
  /** @type {{ test: { metrics: { accuracy: number } } }} */
  const { test } = JSON.parse(String(stdout.read()));
  return test.metrics.accuracy;
}

/**
 * Returns the splits of `nnbp train`: the training and validation rows together, and the test rows.
 *
 * @param {string} path
 * @param {string} target
 * @param {number} seed
 */
async function splits(path, target, seed) {
  const testSplit = 0.2;
  const options = { target: [target], missing: 'drop', hidden: [], activation: 'tanh', optimizer: 'adam', seed, testSplit };
  const plan = await planFor(ioWith(new PassThrough()), path, /** @type {any} */ (options));
  const { csv, inputs, targets, usableRows: rows } = plan;
  const data = await trainingData(csv, { inputs, targets, rows, testSplit, validationSplit: 0.2, seed });
  const parts = await partsOf(plan, data, () => /** @type {any} */ (undefined));
  /** @param {any} samples */
  const standardized = (samples) =>
    samples.map((/** @type {{ input: number[], target: number[] }} */ sample) => ({
      x: sample.input.map((value, k) => data.inputScaler.apply(value, k)),
      y: sample.target.indexOf(1),
    }));
  await data.close();
  return {
    training: [...standardized(parts.training), ...standardized(parts.validation ?? [])],
    test: standardized(parts.test),
  };
}

try {
  console.log('| data | nnbp train | LogisticRegression | MLPClassifier |\n| --- | --- | --- | --- |');
  for (const file of files) {
    const at = file.lastIndexOf(':');
    const [path, target] = [resolve(file.slice(0, at)), file.slice(at + 1)];
    let sum = 0;
    const all = [];
    for (const seed of seeds) {
      sum += await testAccuracy(path, target, seed);
      all.push(await splits(path, target, seed));
    }
    const python = spawnSync(
      process.env.PYTHON ?? 'python3',
      [fileURLToPath(new URL('defaults.py', import.meta.url))],
      { input: JSON.stringify(all), encoding: 'utf8', maxBuffer: 1 << 26 },
    );
    if (python.status !== 0) throw new Error(python.stderr);
    const scikitLearn = JSON.parse(python.stdout);
    const accuracies = [sum / seeds.length, ...scikitLearn].map((value) => value.toFixed(4)).join(' | ');
    console.log(`| ${basename(path)} | ${accuracies} |`);
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
