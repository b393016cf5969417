import { sigmoid } from '@nnbp/activations';
import { type Engine, js, mlp, Network, type Optimizer } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { adam, cosine, sgd } from '@nnbp/optim';
import { fit, type FitOptions } from '@nnbp/train';
import { wasm } from '@nnbp/wasm';
import { expect, test } from 'vitest';

const engine = await wasm();
const graph = mlp([2, 8, 8, 1], { activation: sigmoid });
const inputs = Array.from({ length: 70 }, (_, s) => [Math.sin(s), Math.cos(3 * s)]);
const targets = inputs.map(([a, b]) => [(a * b + 1) / 2]);
const table = { inputs: Float64Array.from(inputs.flat()), targets: Float64Array.from(targets.flat()) };
const order = Uint32Array.from(inputs.keys());

test.each([
  ['a constant rate', sgd({ learningRate: 0.1 })],
  ['a schedule', sgd({ learningRate: cosine({ peak: 0.1, steps: 50 }) })],
  ['Adam', adam({ learningRate: 0.01 })],
])('with %s, stepMany takes one step for each full batch', (_, optimizer) => {
  for (const batchSize of [1, 4, 8]) {
    const executor = engine.prepare(graph, batchSize);
    const losses = new Float64Array(100);
    const count = Math.floor(70 / batchSize);
    expect(executor.stepMany(table, order, 0, mse(), optimizer, losses, 100)).toBe(count);
    expect(losses.subarray(0, count).every((loss) => loss > 0)).toBe(true);
    executor.dispose();
  }
});

test('stepMany takes no steps with an optimizer that has no kernel', () => {
  const optimizer: Optimizer = {
    name: 'none',
    step: () => undefined,
    state: () => ({ name: 'none', numbers: {}, vectors: {} }),
    restore: () => undefined,
  };
  const executor = engine.prepare(graph, 1);
  expect(executor.stepMany(table, order, 0, mse(), optimizer, new Float64Array(9), 9)).toBe(0);
  executor.dispose();
});

/** Returns the engine without `stepMany`, so that it takes one step per call. */
const oneByOne = (engine: Engine): Engine => ({
  ...engine,
  prepare: (...args) => Object.assign(engine.prepare(...args), { stepMany: undefined }),
});

const results = async (on: Engine, options: Omit<FitOptions, 'loss' | 'optimizer' | 'engine'>, rate: number) => {
  const network = new Network(graph, { seed: 1 });
  const loss = mse();
  let message: string | undefined;
  const report = await fit(
    network,
    { inputs, targets },
    { loss, optimizer: adam({ learningRate: rate }), ...options, engine: on },
  ).catch((error: unknown) => void (message = (error as Error).message));
  const history = report?.history.map(({ loss, validationLoss }) => [loss, validationLoss]);
  return { history, parameters: network.parameters.vector.slice(), message };
};

test.each<[string, Omit<FitOptions, 'loss' | 'optimizer' | 'engine'>, number]>([
  ['batches of one sample', { epochs: 30, batchSize: 1 }, 0.01],
  ['a short last batch', { epochs: 30, batchSize: 32 }, 0.01],
  ['early stopping', { epochs: 30, batchSize: 4, validation: 0.2, earlyStopping: { patience: 3 } }, 0.05],
  ['yields after each millisecond', { epochs: 300, batchSize: 1, yieldEvery: 1 }, 0.01],
  ['a step that overflows in float32', { epochs: 30, batchSize: 4 }, 1e38],
  ['a step that overflows in float64', { epochs: 30, batchSize: 4 }, 1e308],
])(
  'fit gives the same results with several steps per call as with one step per call (%s)',
  async (_, options, rate) => {
    for (const anyEngine of [engine, js()]) {
      expect(await results(anyEngine, options, rate)).toEqual(await results(oneByOne(anyEngine), options, rate));
    }
  },
);

test('stepMany of the js engine undoes all steps of the call and returns 0 if a parameter overflows', () => {
  const make = () => {
    const executor = js().prepare(graph, 1);
    executor.parameters.fill(1);
    return { executor, optimizer: adam({ learningRate: 1e308 }) };
  };
  const { executor, optimizer } = make();
  expect(executor.stepMany!(table, order, 0, mse(), optimizer, new Float64Array(9), 9)).toBe(0);
  expect([...executor.parameters].every((value) => value === 1)).toBe(true);
  expect(optimizer.state()).toEqual(make().optimizer.state());
});
