/**
 * Exports networks with delays and aggregations to PyTorch, and compares the outputs and gradients over several steps
 * with ours in float64.
 */
import { randomGeneralGraph } from '@nnbp/conformance';
import { backpropagateSequence, GraphBuilder, Network, NnbpError, predictSequence, Random } from '@nnbp/core';
import { fromPyTorch } from '@nnbp/interop';
import { gru, lstm, rnn } from '@nnbp/layers';
import { mse } from '@nnbp/losses';
import { sgd } from '@nnbp/optim';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { maxAbs, writeExport } from './pytorch/exported.mjs';
import { relativeError } from './worst-error.mjs';
import { findPython } from './pytorch/python.mjs';
import { asSafetensors } from './pytorch/safetensors.mjs';
import { firstSeed } from './random-networks.mjs';
import { record } from './record.mjs';

const found = findPython('torch');
const graphCount = 200;
const steps = 6;
const rows = [];
const work = mkdtempSync(join(tmpdir(), 'nnbp-pytorch-delays-'));
afterAll(() => {
  rmSync(work, { recursive: true, force: true });
  const notRun = [['not run', 'found no Python with the module torch']];
  record(
    '5-pytorch-delays',
    `PyTorch ${found?.version ?? ''}, modules with delays`,
    found === undefined ? notRun : rows,
  );
});

function python(cwd, ...args) {
  const { status, stdout, stderr } = spawnSync(found.python, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 28 });
  expect(status, stderr).toBe(0);
  return stdout;
}

/**
 * Exports a network and its samples to a new directory, and returns the directory. `inputs` and `targets` have one row
 * per step. If the network has delays, all steps form one sample. Otherwise, each step is a sample.
 */
function exportTo(name, network, inputs, targets) {
  const directory = join(work, name);
  const hasState = network.graph.stateSize > 0;
  const samples = hasState ? { inputs: [inputs], targets: [targets] } : { inputs, targets };
  writeExport(directory, network, samples);
  return directory;
}

const numbers = (random, width) =>
  Array.from({ length: steps }, () => Array.from({ length: width }, () => random.uniform() - 0.5));

/**
 * Returns our outputs and gradients, or undefined if a value is too large to compare. A product node can
 * produce such a value if its own delayed output is one of its inputs.
 */
function outputsAndGradients(network, inputs, targets) {
  try {
    const outputs = predictSequence(network, inputs);
    const { gradients } = backpropagateSequence(network, inputs, targets, mse());
    const isModerate = [...outputs.flat(), ...gradients.vector].every((value) => Math.abs(value) < 1e6);
    return isModerate ? { outputs, gradients: gradients.vector } : undefined;
  } catch (error) {
    if (error instanceof NnbpError && error.code === 'OVERFLOW') return undefined;
    throw error;
  }
}

describe.skipIf(found === undefined)('PyTorch', () => {
  test(`from seed ${firstSeed}: ${graphCount} random graphs with delays and aggregations have the same outputs and gradients in PyTorch for ${steps} steps`, () => {
    const cases = Array.from({ length: graphCount }, (_, k) => firstSeed + k).flatMap((seed) => {
      const random = new Random(seed);
      const network = new Network(randomGeneralGraph(random), { seed });
      network.parameters.vector.forEach((_, p, vector) => (vector[p] = random.uniform() - 0.5));
      const { inputCount, outputs } = network.graph;
      const [inputs, targets] = [numbers(random, inputCount), numbers(random, outputs.length)];
      const expected = outputsAndGradients(network, inputs, targets);
      if (expected === undefined) return [];
      return [{ seed, network, expected, directory: exportTo(`graph-${seed}`, network, inputs, targets) }];
    });
    python(work, join(import.meta.dirname, 'pytorch', 'gradients.py'), ...cases.map(({ directory }) => directory));
    const worst = { outputs: 0, gradients: 0 };
    for (const { seed, network, expected, directory } of cases) {
      const result = JSON.parse(readFileSync(join(directory, 'result.json'), 'utf8'));
      const outputs = network.graph.stateSize > 0 ? result.outputs[0] : result.outputs;
      const errors = expected.outputs.flatMap((row, t) => Array.from(row, (x, k) => relativeError(x, outputs[t][k])));
      expect(maxAbs(errors), `outputs, INTEROP_SEED=${seed}`).toBeLessThan(1e-12);
      worst.outputs = Math.max(worst.outputs, ...errors);
      const got = fromPyTorch(asSafetensors(directory, result.gradients), network).parameters.vector;
      const size = Math.max(1e-6, maxAbs(expected.gradients));
      const error = maxAbs(expected.gradients.map((value, p) => (value - got[p]) / size));
      expect(error, `gradients, INTEROP_SEED=${seed}`).toBeLessThan(1e-12);
      worst.gradients = Math.max(worst.gradients, error);
    }
    const recurrent = cases.filter(({ network }) => network.graph.stateSize > 0).length;
    expect(recurrent).toBeGreaterThan(graphCount / 2);
    rows.push([
      `${cases.length} random graphs in float64, ${recurrent} of them with delays, ${steps} steps`,
      `max output error ${worst.outputs.toExponential(1)} (relative for |output| > 1); ` +
        `max gradient error ${worst.gradients.toExponential(1)} relative to the largest gradient`,
    ]);
  }, 240_000);

  test('train.py trains RNN, LSTM and GRU layers on sequences to the same parameters as our optimizer', () => {
    for (const [name, layer] of Object.entries({ rnn, lstm, gru })) {
      const builder = new GraphBuilder();
      builder.output(...layer(builder, { from: builder.inputs(2), units: 3 }).slice(0, 2));
      const network = new Network(builder.build(), { seed: 1 });
      const random = new Random(3);
      const [inputs, targets] = [numbers(random, 2), numbers(random, 2)];
      const directory = exportTo(name, network, inputs, targets);
      writeFileSync(join(directory, 'data.csv'), inputs.map((row, t) => [...row, ...targets[t]].join()).join('\n'));
      const options = ['--optimizer', 'sgd', '--learning-rate', '0.1', '--dtype', 'float64', '--epochs', '5'];
      python(directory, 'train.py', '--data', 'data.csv', ...options);
      const imported = fromPyTorch(readFileSync(join(directory, 'trained.safetensors')), network);

      const optimizer = sgd({ learningRate: 0.1 });
      const trained = fromPyTorch(readFileSync(join(directory, 'weights.safetensors')), network);
      for (let k = 0; k < 5; k++) {
        optimizer.step(
          trained.parameters.vector,
          backpropagateSequence(trained, inputs, targets, mse()).gradients.vector,
        );
      }
      const error = maxAbs(trained.parameters.vector.map((value, p) => value - imported.parameters.vector[p]));
      expect(error, name).toBeLessThan(1e-12);
      expect(
        maxAbs(network.parameters.vector.map((value, p) => value - imported.parameters.vector[p])),
      ).toBeGreaterThan(1e-3);
      rows.push([
        `${name} layer of 3 units, 5 steps of gradient descent`,
        `max parameter difference ${error.toExponential(1)}`,
      ]);
    }
  }, 60_000);
});
