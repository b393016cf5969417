/** Compares the unrolled code for single sequences with the reference engine. */
import { identity, sigmoid, tanh } from '@nnbp/activations';
import { randomGeneralGraph, randomParameters } from '@nnbp/conformance';
import { type Executor, type Graph, Random, ReferenceExecutor, type SampleCounts } from '@nnbp/core';
import { mse, softmaxCrossEntropy } from '@nnbp/losses';
import { adam, sgd } from '@nnbp/optim';
import { wasm } from '@nnbp/wasm';
import { expect, test } from 'vitest';
import { columns } from '../src/unrolled/edges.js';
import { stepOf } from '../src/unrolled/step.js';
import { lstm } from './lstm.js';
import { expectNearReference } from './near.js';

const engine = await wasm();
const rows = (graph: Graph, steps: number, random: Random) => {
  const uniform = (width: number) => Float64Array.from({ length: steps * width }, () => 2 * random.uniform() - 1);
  return { inputs: uniform(graph.inputCount), targets: uniform(graph.outputs.length) };
};
const counts = (steps: number): SampleCounts => Array.from({ length: steps }, () => 1);

test.each([1, 2, 3, 4, 5, 8])('an LSTM of %i units on one sequence agrees with the reference engine', (units) => {
  const random = new Random(units);
  const graph = lstm(6, units, 2);
  expect(engine.prepare(graph, 1, 7).describe().code).toBe('unrolled');
  const pass = { parameters: randomParameters(graph, random), steps: 7 };
  for (const steps of [1, 2, 7]) {
    const passOptions = { ...pass, samples: counts(steps), ...rows(graph, steps, random) };
    expectNearReference(engine, graph, { ...passOptions, loss: mse() });
    const weights = Float64Array.from({ length: steps }, (_, t) => (t === 0 ? 2 : t % 2));
    const state = Float64Array.from({ length: graph.stateSize }, () => random.uniform() - 0.5);
    expectNearReference(engine, graph, { ...passOptions, loss: mse(), options: { weights, state } });
    expectNearReference(engine, graph, {
      ...passOptions,
      loss: softmaxCrossEntropy(),
      targets: passOptions.targets.map(Math.abs),
      options: { state },
    });
  }
});

test('random graphs with delays agree with the reference engine on sequences of 1 to 12 steps', () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  for (let n = 0; n < 60; n++) {
    const random = new Random(seed + n);
    const graph = randomGeneralGraph(random, { nodes: 30, activations: [tanh, sigmoid, identity] });
    const steps = 1 + Math.floor(12 * random.uniform());
    const parameters = randomParameters(graph, random).map((value) => value / 4);
    const pass = { parameters, steps: 12, samples: counts(steps), ...rows(graph, steps, random), loss: mse() };
    try {
      expectNearReference(engine, graph, pass);
    } catch (error) {
      throw new Error(`seed ${seed + n}: ${String(error)}`, { cause: error });
    }
  }
});

test.each([
  ['plain gradient descent', () => sgd({ learningRate: 0.1 })],
  ['Adam', () => adam({ learningRate: 0.01 })],
])('training with %s has the same losses as with the reference engine, and is reproducible', (_, makeOptimizer) => {
  const graph = lstm(2, 3, 1);
  const random = new Random(9);
  const parameters = randomParameters(graph, random);
  const { inputs, targets } = rows(graph, 6, random);
  const train = (executor: Executor) => {
    executor.parameters.set(parameters);
    const optimizer = makeOptimizer();
    const losses = Array.from({ length: 30 }, () => executor.step(inputs, targets, counts(6), mse(), optimizer));
    executor.dispose();
    return losses;
  };
  const expected = train(new ReferenceExecutor(graph, 1, 6));
  const actual = train(engine.prepare(graph, 1, 6));
  actual.forEach((loss, n) => expect(loss).toBeCloseTo(expected[n], 4));
  expect(expected[29]).toBeLessThan(expected[0]);
  expect(train(engine.prepare(graph, 1, 6))).toEqual(actual);
});

test('a training step that overflows does not change the parameters', () => {
  const graph = lstm(2, 2, 1);
  const executor = engine.prepare(graph, 1, 3);
  executor.parameters.set(randomParameters(graph, new Random(1)));
  const before = executor.parameters.slice();
  const inputs = new Float64Array(6).fill(0.5);
  const targets = Float64Array.of(0, 1e38, 0);
  expect(executor.step(inputs, targets, counts(3), mse(), sgd({ learningRate: 1 }))).not.toBeLessThan(Infinity);
  expect(executor.parameters).toEqual(before);
  executor.dispose();
});

test.each([
  [4, true],
  [8, true],
  // If each group had nodes of one kind, such as input gates, 5 units would need more groups. So groups mix kinds.
  [5, false],
])('in an LSTM of %i units, every column of edges reads the nodes of one group in order: %s', (units, expected) => {
  const { graph, groups, rowOf } = stepOf(lstm(3, units, 2));
  const edges = groups.flatMap(({ byColumns }, k) => (byColumns ? columns(graph, groups, rowOf, k) : []));
  expect(edges.every(({ group }) => group !== undefined)).toBe(expected);
});
