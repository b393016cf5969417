/**
 * Exports layers as PyTorch modules, and compares the outputs and gradients of the modules with those of core in
 * float64. Compares the outputs of single steps with those of the whole sequence. Trains the modules with AdamW.
 */
import { backpropagateBatch, backpropagateSequence, predictSequence } from '@nnbp/core';
import { fromPyTorch } from '@nnbp/interop';
import { mse } from '@nnbp/losses';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { maxAbs, writeExport } from './pytorch/exported.mjs';
import { relativeError } from './worst-error.mjs';
import { findPython } from './pytorch/python.mjs';
import { asSafetensors } from './pytorch/safetensors.mjs';
import { randomBidirectional, randomConvolution, randomRecurrent } from './random-layers.mjs';
import { firstSeed } from './random-networks.mjs';
import { record } from './record.mjs';

const found = findPython('torch');
const networkCount = 200;
const steps = 6;
const rows = [];
const work = mkdtempSync(join(tmpdir(), 'nnbp-pytorch-layers-'));
afterAll(() => {
  rmSync(work, { recursive: true, force: true });
  const notRun = [['not run', 'found no Python with the module torch']];
  record('5-pytorch-layers', `PyTorch ${found?.version ?? ''}, standard layers`, found === undefined ? notRun : rows);
});

const byName = (a, b) => a.localeCompare(b);
const numbers = (random, count, width) =>
  Array.from({ length: count }, () => Array.from({ length: width }, () => random.uniform() - 0.5));

/**
 * Writes a network's files and samples. Returns the directory and the names of the PyTorch modules that the files use.
 */
function exportTo(name, network, samples) {
  const directory = join(work, name);
  const files = writeExport(directory, network, samples);
  const modules = Array.from(files['network.py'].matchAll(/layer=nn\.(\w+)/g), ([, module]) => module);
  return { directory, modules };
}

function gradientsOf(cases) {
  const script = join(import.meta.dirname, 'pytorch', 'gradients.py');
  const directories = cases.map(({ directory }) => directory);
  const { status, stderr } = spawnSync(found.python, [script, ...directories], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return cases.map((each) => ({
    ...each,
    result: JSON.parse(readFileSync(join(each.directory, 'result.json'), 'utf8')),
  }));
}

/** Checks that the errors of outputs and gradients are small. Returns a description of the largest ones. */
function compare(cases) {
  const worst = { outputs: 0, gradients: 0 };
  for (const { seed, network, expected, directory, result } of gradientsOf(cases)) {
    const outputs = result.outputs.flat(2);
    const errors = expected.outputs.flat(2).map((value, k) => relativeError(value, outputs[k]));
    expect(errors, `INTEROP_SEED=${seed}`).toHaveLength(outputs.length);
    expect(maxAbs(errors), `outputs, INTEROP_SEED=${seed}`).toBeLessThan(1e-12);
    const got = fromPyTorch(asSafetensors(directory, result.gradients), network).parameters.vector;
    const size = Math.max(1e-6, maxAbs(expected.gradients));
    const error = maxAbs(expected.gradients.map((value, p) => (value - got[p]) / size));
    expect(error, `gradients, INTEROP_SEED=${seed}`).toBeLessThan(1e-12);
    worst.outputs = Math.max(worst.outputs, ...errors);
    worst.gradients = Math.max(worst.gradients, error);
  }
  return (
    `max output error ${worst.outputs.toExponential(1)} (relative for |output| > 1); ` +
    `max gradient error ${worst.gradients.toExponential(1)} relative to the largest gradient`
  );
}

const counted = (names) => {
  const counts = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
};

describe.skipIf(found === undefined)('PyTorch', () => {
  test(`from seed ${firstSeed}: ${networkCount} networks of RNN, LSTM and GRU layers have the same outputs and gradients in PyTorch for ${steps} steps`, () => {
    const cases = Array.from({ length: networkCount }, (_, k) => {
      const seed = firstSeed + k;
      const { network, layers, random } = randomRecurrent(seed);
      const { inputCount, outputs } = network.graph;
      const [inputs, targets] = [numbers(random, steps, inputCount), numbers(random, steps, outputs.length)];
      const { gradients } = backpropagateSequence(network, inputs, targets, mse());
      const expected = { outputs: [predictSequence(network, inputs)], gradients: gradients.vector };
      const exported = exportTo(`recurrent-${seed}`, network, { inputs: [inputs], targets: [targets] });
      // If any recurrent layer has no PyTorch module, the whole network is exported node by node, without modules.
      const expectedModules = layers.every(({ torch }) => torch !== undefined) ? layers.map(({ torch }) => torch) : [];
      expect(exported.modules.sort(byName), `INTEROP_SEED=${seed}`).toEqual(expectedModules.sort(byName));
      return { seed, network, expected, ...exported };
    });
    const modules = cases.flatMap((each) => each.modules);
    expect(modules.length).toBeGreaterThan(networkCount / 4);
    rows.push([
      `${networkCount} networks of one or two recurrent layers in float64 (${counted(modules)}; the others are exported node by node), ${steps} steps`,
      compare(cases),
    ]);
  }, 240_000);

  test(`from seed ${firstSeed}: ${networkCount} networks of convolutions and pooling have the same outputs and gradients in PyTorch`, () => {
    let unrecognized = 0;
    const cases = Array.from({ length: networkCount }, (_, k) => {
      const seed = firstSeed + k;
      const { network, layers, random } = randomConvolution(seed);
      const { inputCount, outputs } = network.graph;
      const [inputs, targets] = [numbers(random, 3, inputCount), numbers(random, 3, outputs.length)];
      const { gradients } = backpropagateBatch(network, inputs, targets, mse());
      const expected = { outputs: network.predictBatch(inputs), gradients: gradients.vector };
      const exported = exportTo(`windows-${seed}`, network, { inputs, targets });
      if (exported.modules.length < layers.length) unrecognized++;
      return { seed, network, expected, ...exported };
    });
    const modules = cases.flatMap((each) => each.modules);
    // A layer on a small grid is not always recognized: its windows may fit several kernel sizes, or may not use all
    // weights of the kernel.
    expect(unrecognized, 'networks with a layer that is not exported as a module').toBeLessThanOrEqual(
      0.05 * networkCount,
    );
    rows.push([
      `${networkCount} networks of one or two convolution and pooling layers in float64 (${counted(modules)})`,
      compare(cases),
    ]);
  }, 240_000);

  test(`from seed ${firstSeed}: ${networkCount / 2} networks of bidirectional layers have the same outputs and gradients in PyTorch`, () => {
    const cases = Array.from({ length: networkCount / 2 }, (_, k) => {
      const seed = firstSeed + k;
      const { network, random } = randomBidirectional(seed);
      const { inputCount, outputs } = network.graph;
      const [inputs, targets] = [numbers(random, 3, inputCount), numbers(random, 3, outputs.length)];
      const { gradients } = backpropagateBatch(network, inputs, targets, mse());
      const expected = { outputs: network.predictBatch(inputs), gradients: gradients.vector };
      return { seed, network, expected, ...exportTo(`bidirectional-${seed}`, network, { inputs, targets }) };
    });
    rows.push([
      `${networkCount / 2} networks of one or two bidirectional layers over 2 to 6 steps in float64, exported node by node`,
      compare(cases),
    ]);
  }, 240_000);

  test('single steps of a PyTorch module have the same outputs as the whole sequence, and training keeps the unused entries of bias_hh at 0', () => {
    const seeds = Array.from({ length: 20 }, (_, k) => firstSeed + k);
    const directories = seeds.flatMap((seed) => {
      const { network, layers, random } = randomRecurrent(seed);
      if (layers.some(({ torch }) => torch === undefined)) return [];
      const { inputCount, outputs } = network.graph;
      const samples = {
        inputs: [numbers(random, steps, inputCount)],
        targets: [numbers(random, steps, outputs.length)],
      };
      return exportTo(`steps-${seed}`, network, samples).directory;
    });
    const script = join(import.meta.dirname, 'pytorch', 'steps.py');
    const { status, stdout, stderr } = spawnSync(found.python, [script, ...directories], { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    const results = JSON.parse(stdout);
    expect(results.length).toBeGreaterThan(2);
    for (const { stepError, biasChange, unusedBias } of results) {
      expect(stepError).toBeLessThan(1e-12);
      expect(biasChange).toBeGreaterThan(0);
      expect(unusedBias).toBe(0);
    }
    rows.push([
      `${results.length} networks of recurrent modules, run step by step and then trained with AdamW`,
      'max output difference between single steps and the whole sequence ' +
        `${maxAbs(results.map(({ stepError }) => stepError)).toExponential(1)}; the unused entries of bias_hh stay 0`,
    ]);
  }, 60_000);
});
