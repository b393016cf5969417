/**
 * Exports networks to PyTorch, compares outputs and gradients in float64, trains with two processes, and imports the
 * trained parameters. Also imports ONNX models exported by PyTorch.
 */
import { identity, relu } from '@nnbp/activations';
import { backpropagateBatch, mlp, Network, predictSequence } from '@nnbp/core';
import { fromOnnx, fromPyTorch } from '@nnbp/interop';
import { mse } from '@nnbp/losses';
import { sgd } from '@nnbp/optim';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { digits } from './digits.mjs';
import { maxAbs, writeExport } from './pytorch/exported.mjs';
import { relativeError } from './worst-error.mjs';
import { findPython } from './pytorch/python.mjs';
import { asSafetensors } from './pytorch/safetensors.mjs';
import { firstSeed, randomNetwork } from './random-networks.mjs';
import { record } from './record.mjs';

const found = findPython('torch');
const rows = [];
const work = mkdtempSync(join(tmpdir(), 'nnbp-pytorch-'));
const scripts = join(import.meta.dirname, 'pytorch');
afterAll(() => {
  rmSync(work, { recursive: true, force: true });
  record(
    '3-pytorch',
    `PyTorch ${found?.version ?? ''}`,
    found === undefined ? [['not run', 'found no Python with the module torch']] : rows,
  );
});

function python(script, ...args) {
  const { status, stdout, stderr } = spawnSync(found.python, [join(scripts, script), ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  expect(status, stderr).toBe(0);
  return stdout;
}

function exportTo(name, network, samples) {
  const directory = join(work, name);
  writeExport(directory, network, samples);
  return directory;
}

const readJson = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'));

/** Runs `train.py` in two processes that communicate over gloo. Resolves to what the first process prints. */
async function trainWithTwoProcesses(directory, ...options) {
  const port = await freePort();
  const children = [];
  const outputs = await Promise.all(
    [0, 1].map((rank) => {
      const env = {
        RANK: `${rank}`,
        LOCAL_RANK: `${rank}`,
        WORLD_SIZE: '2',
        MASTER_ADDR: '127.0.0.1',
        MASTER_PORT: `${port}`,
      };
      const child = spawn(found.python, ['train.py', '--data', 'data.csv', ...options], {
        cwd: directory,
        env: { ...process.env, ...env, OMP_NUM_THREADS: '1', CUDA_VISIBLE_DEVICES: '' },
      });
      children.push(child);
      let text = '';
      child.stdout.on('data', (part) => (text += part));
      child.stderr.on('data', (part) => (text += part));
      return new Promise((resolve) =>
        child.on('close', (code) => {
          // If one process fails, stop the other, which would otherwise wait for half an hour.
          if (code !== 0) for (const one of children) one.kill();
          resolve({ code, text });
        }),
      );
    }),
  );
  const texts = outputs.map(({ text }) => text);
  expect(
    outputs.map(({ code }) => code),
    texts.join('\n'),
  ).toEqual([0, 0]);
  return texts[0];
}

/** Without `--redirects` and `--tee`, the torchrun of PyTorch 1.13 fails on Python 3.11. */
function trainWithTorchrun(directory, ...options) {
  const launcher = ['-m', 'torch.distributed.run', '--standalone', '--nproc_per_node=2', '--redirects=1', '--tee=1'];
  const { status, stderr } = spawnSync(found.python, [...launcher, 'train.py', '--data', 'data.csv', ...options], {
    cwd: directory,
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1', CUDA_VISIBLE_DEVICES: '' },
  });
  expect(status, stderr).toBe(0);
}

function freePort() {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

describe.skipIf(found === undefined)('PyTorch', () => {
  test(`from seed ${firstSeed}: random graphs have the same outputs and gradients in PyTorch in float64`, () => {
    const seeds = Array.from({ length: 120 }, (_, k) => firstSeed + k);
    const cases = seeds.map((seed) => ({ seed, ...randomNetwork(seed) }));
    const directories = cases.map(({ seed, network, rows: inputs, targets }) =>
      exportTo(`graph-${seed}`, network, { inputs, targets }),
    );
    python('gradients.py', ...directories);
    const worst = { outputs: 0, gradients: 0 };
    cases.forEach(({ seed, network, rows: inputs, targets }, k) => {
      const { outputs, gradients } = readJson(directories[k], 'result.json');
      const errors = network
        .predictBatch(inputs)
        .flatMap((row, s) => row.map((x, o) => relativeError(x, outputs[s][o])));
      worst.outputs = Math.max(worst.outputs, ...errors);
      expect(Math.max(...errors), `outputs, INTEROP_SEED=${seed}`).toBeLessThan(1e-12);

      // Imports the gradients as if they were parameters, which brings them into the order of our parameter vector.
      const expected = backpropagateBatch(network, inputs, targets, mse()).gradients.vector;
      const got = fromPyTorch(asSafetensors(directories[k], gradients), network).parameters.vector;
      const size = maxAbs(expected);
      const gradientError = size === 0 ? maxAbs(got) : maxAbs(expected.map((value, p) => (value - got[p]) / size));
      worst.gradients = Math.max(worst.gradients, gradientError);
      expect(gradientError, `gradients, INTEROP_SEED=${seed}`).toBeLessThan(1e-12);
    });
    rows.push([
      `${cases.length} random graphs in float64, 16 samples each`,
      `max output error ${worst.outputs.toExponential(1)} (relative for |output| > 1); ` +
        `max gradient error ${worst.gradients.toExponential(1)} relative to the largest gradient`,
    ]);
  }, 120_000);

  test('two torchrun processes train a digit classifier, and the imported network has the same outputs', () => {
    const { train, test: unseen } = digits(4000, 1000);
    const graph = mlp([784, 48, 10], { activation: relu, outputActivation: identity });
    const network = new Network(graph, { seed: 1 });
    const directory = exportTo('digits', network, { inputs: unseen.map(({ input }) => input) });
    const line = ({ input, target }) => [...input, ...target].join();
    writeFileSync(join(directory, 'data.csv'), train.map(line).join('\n'));
    trainWithTorchrun(
      directory,
      '--loss',
      'cross-entropy',
      '--epochs',
      '5',
      '--batch-size',
      '32',
      '--learning-rate',
      '0.002',
    );

    const trained = fromPyTorch(readFileSync(join(directory, 'trained.safetensors')), network);
    const torchOutputs = JSON.parse(python('outputs.py', directory, join(directory, 'trained.pt')));
    const nnbpOutputs = trained.predictBatch(unseen.map(({ input }) => input));
    const error = Math.max(...nnbpOutputs.flatMap((row, s) => row.map((x, k) => relativeError(x, torchOutputs[s][k]))));
    expect(error).toBeLessThan(1e-12);
    const accuracy = (outputs) =>
      outputs.filter((row, s) => row.indexOf(Math.max(...row)) === unseen[s].digit).length / unseen.length;
    expect(accuracy(nnbpOutputs)).toBe(accuracy(torchOutputs));
    expect(accuracy(nnbpOutputs)).toBeGreaterThan(0.88);
    rows.push([
      '784-48-10 trained on 4,000 digits by two processes over gloo (torchrun, DistributedDataParallel), 5 epochs',
      `accuracy on 1,000 test digits ${(100 * accuracy(torchOutputs)).toFixed(1)} % in PyTorch, ${(100 * accuracy(nnbpOutputs)).toFixed(1)} % in nnbp; ` +
        `max output difference ${error.toExponential(1)}`,
    ]);
  }, 240_000);

  test('train.py, run in two processes, takes the same steps as our optimizer on a graph with scalers and shared weights', async () => {
    // Seed 6: 196 nodes, scalers, shared weights, unread nodes, some fixed c.
    const { network, rows: inputs, targets } = randomNetwork(6, 40);
    const { graph } = network;
    expect(graph.weightSlots).toBeDefined();
    const directory = exportTo('irregular', network, { inputs });
    expect(readFileSync(join(directory, 'network.py'), 'utf8')).toContain('has_unread_nodes = True');
    const names = [...inputs[0], ...targets[0]].map((_, k) => `column ${k}`).join();
    const lines = inputs.map((row, s) => [...row, ...targets[s]].join());
    writeFileSync(join(directory, 'data.csv'), [names, ...lines].join('\n'));
    const steps = 5;
    const printed = await trainWithTwoProcesses(
      directory,
      ...['--optimizer', 'sgd', '--learning-rate', '0.05', '--dtype', 'float64'],
      ...['--epochs', `${steps}`, '--batch-size', `${inputs.length}`],
    );
    expect(Array.from(printed.matchAll(/loss (\S+)/g))).toHaveLength(steps);

    const optimizer = sgd({ learningRate: 0.05 });
    const expected = fromPyTorch(readFileSync(join(directory, 'weights.safetensors')), network);
    for (let k = 0; k < steps; k++) {
      optimizer.step(expected.parameters.vector, backpropagateBatch(expected, inputs, targets, mse()).gradients.vector);
    }
    const trained = fromPyTorch(readFileSync(join(directory, 'trained.safetensors')), network);
    const error = maxAbs(expected.parameters.vector.map((value, p) => value - trained.parameters.vector[p]));
    expect(error).toBeLessThan(1e-12);
    const changedCount = expected.parameters.vector.filter(
      (value, p) => Math.abs(value - network.parameters.vector[p]) > 1e-6,
    ).length;
    expect(changedCount).toBeGreaterThan(500);
    rows.push([
      `${steps} steps of gradient descent on an irregular graph with scalers and shared weights, two processes in float64`,
      `${changedCount} parameters changed; max difference from our optimizer ${error.toExponential(1)}`,
    ]);
  }, 120_000);

  test('ONNX models exported by PyTorch have the same outputs after import', () => {
    const directory = join(work, 'onnx');
    mkdirSync(directory);
    python('export.py', directory);
    const models = readdirSync(directory).filter((file) => file.endsWith('.onnx'));
    let worst = 0;
    for (const model of models) {
      const { inputs, outputs, sequence, last } = readJson(directory, model.replace('.onnx', '.json'));
      const network = fromOnnx(readFileSync(join(directory, model)));
      const nnbpOutputs =
        sequence === true
          ? predictSequence(network, inputs).slice(last === true ? -1 : 0)
          : network.predictBatch(inputs);
      const errors = nnbpOutputs.flatMap((row, s) => row.map((x, k) => relativeError(x, outputs[s][k])));
      expect(Math.max(...errors), model).toBeLessThan(1e-6);
      worst = Math.max(worst, ...errors);
    }
    const bidirectional = models.filter((model) => model.startsWith('bidirectional'));
    expect([models.length, bidirectional.length]).toEqual([128, 96]);
    rows.push([
      `${models.length} ONNX models exported by torch.onnx.export (${bidirectional.length} bidirectional), imported by fromOnnx`,
      `max output error ${worst.toExponential(1)}`,
    ]);
  }, 120_000);
});
