/** Compares the wasm engine with the reference engine on sequences, with delays, sample weights and initial states. */
import { max, product } from '@nnbp/aggregations';
import { identity, sigmoid, tanh } from '@nnbp/activations';
import { randomParameters } from '@nnbp/conformance';
import {
  delayed,
  type Graph,
  GraphBuilder,
  type Loss,
  mlp,
  Random,
  ReferenceExecutor,
  type SampleCounts,
} from '@nnbp/core';
import { mse, softmaxCrossEntropy } from '@nnbp/losses';
import { adam } from '@nnbp/optim';
import { wasm } from '@nnbp/wasm';
import { describe, expect, test } from 'vitest';
import { lstm } from './lstm.js';
import { expectNearReference } from './near.js';

const engines = {
  fused: await wasm(),
  'not fused': await wasm({ fused: false }),
  'two threads': await wasm({ threads: 2, minThreadedWork: 0 }),
};

/** Builds a recurrent layer with gates for its previous state, similar to a GRU. */
function gated(): Graph {
  const builder = new GraphBuilder();
  const inputs = ['a', 'b', 'c'].map((id) => builder.input(id));
  const hidden = Array.from({ length: 5 }, (_, k) => `state ${k}`);
  const from = [...inputs, ...hidden.map((id) => delayed(id))];
  const gates = builder.layer(5, { name: 'gate', from, activation: sigmoid, fixed: { c: 1 } });
  const candidates = builder.layer(5, { name: 'candidate', from, activation: tanh });
  hidden.forEach((id, k) => {
    const kept = builder.node(`kept ${k}`, {
      from: [gates[k], delayed(id, 1, { initial: 0.5 })],
      aggregation: product,
      activation: tanh,
      fixed: { b: 0, c: 1, w: 1 },
    });
    builder.node(id, { from: [kept, candidates[k]], activation: tanh });
  });
  for (const id of builder.layer(2, { name: 'out', from: hidden, activation: sigmoid })) builder.output(id);
  return builder.build();
}

/**
 * Builds a graph with long delays, delayed inputs, an input that is an output, and sparse nodes with shared parameters.
 */
function irregular(): Graph {
  const builder = new GraphBuilder();
  builder.input('x');
  builder.input('y');
  builder.node('p', { from: ['x', delayed('p'), delayed('y', 3, { initial: -0.25 })], activation: tanh });
  builder.node('q', { from: ['y', delayed('p', 2), delayed('r')], activation: sigmoid, shared: { b: 'b' } });
  builder.node('r', { from: ['p', 'q', delayed('q', 2)], activation: tanh, aggregation: max, shared: { b: 'b' } });
  for (const id of ['r', 'x', 'p']) builder.output(id);
  return builder.build();
}

/**
 * Builds a graph in which nodes without parameters read one node twice, share a predecessor, or are read by nodes with
 * weights.
 */
function elementwise(): Graph {
  const builder = new GraphBuilder();
  const [x, y] = builder.inputs(2);
  const options = { activation: identity, fixed: { b: 0, c: 1, w: 1 } };
  const [p, q] = builder.layer(2, { name: 'p', from: [x, y, delayed('sum'), delayed('last')], activation: tanh });
  const square = builder.node('square', { ...options, from: [p, delayed(p)], aggregation: product });
  const products = [x, y].map((id, k) =>
    builder.node(`both ${k}`, { ...options, from: [q, id], aggregation: product }),
  );
  const copy = builder.node('copy', { ...options, from: [square], activation: sigmoid });
  builder.node('sum', { ...options, from: [copy, products[0]], activation: tanh });
  builder.node('last', { from: ['sum', products[1], square], activation: tanh, fixed: { c: 1 } });
  builder.output('last', copy);
  return builder.build();
}

const graphs = {
  gated: gated(),
  irregular: irregular(),
  lstm: lstm(3, 5, 2),
  elementwise: elementwise(),
  'without delays': mlp([3, 4, 2], { activation: tanh }),
};
const counts: readonly SampleCounts[] = [3, [1, 1], [4, 4, 4, 4], [6, 5, 5, 1], [9, 2, 2, 1, 1, 1]];

describe.each(Object.entries(engines))('%s', (_, engine) => {
  describe.each(Object.entries(graphs))('%s', (_, graph) => {
    test.each(counts)('the engine agrees with the reference engine, samples %j', (samples) => {
      const list = typeof samples === 'number' ? [samples] : Array.from(samples);
      const rows = list.reduce((total, count) => total + count, 0);
      const random = new Random(7);
      const uniform = (length: number) => Float64Array.from({ length }, () => 2 * random.uniform() - 1);
      const pass = {
        parameters: randomParameters(graph, random),
        samples,
        inputs: uniform(rows * graph.inputCount),
        targets: uniform(rows * graph.outputs.length).map(Math.abs),
        steps: 6,
      };
      const weights = uniform(rows).map((w) => (w < 0 ? 0 : w));
      weights[0] = 2;
      for (const loss of [mse(), softmaxCrossEntropy(), custom]) {
        expectNearReference(engine, graph, { ...pass, loss });
        expectNearReference(engine, graph, { ...pass, loss, options: { weights } });
      }
      if (graph.stateSize === 0) return;
      expectNearReference(engine, graph, {
        ...pass,
        loss: mse(),
        options: { state: uniform(list[0] * graph.stateSize) },
      });
    });
  });

  test('results do not depend on preceding batches of other lengths', () => {
    const graph = gated();
    const random = new Random(3);
    const uniform = (length: number) => Float64Array.from({ length }, () => random.uniform());
    const executor = engine.prepare(graph, 6, 5);
    executor.parameters.set(randomParameters(graph, random));
    const [inputs, targets] = [uniform(6 * 5 * 3), uniform(6 * 5 * 2)];
    const run = (samples: SampleCounts) => {
      const mean = executor.backpropagate(inputs, targets, samples, mse());
      return [mean, ...executor.gradients];
    };
    const expected = [[2], [6, 6, 3], [3, 3, 3, 3, 3]].map(run);
    for (const samples of [[6, 6, 6, 6, 6], [1]]) run(samples);
    expect([[2], [6, 6, 3], [3, 3, 3, 3, 3]].map(run)).toEqual(expected);
    executor.dispose();
  });

  test.each([1, 3, 8])(
    '%i sequences computed one step per call, with their state, have the same outputs as in one call',
    (count) => {
      const graph = gated();
      const random = new Random(count);
      const uniform = (length: number) => Float64Array.from({ length }, () => random.uniform());
      const [parameters, inputs] = [randomParameters(graph, random), uniform(count * 4 * 3)];
      const oneCall = engine.prepare(graph, count, 4);
      oneCall.parameters.set(parameters);
      const expected = Array.from(oneCall.predict(inputs, [count, count, count, count]));
      for (const steps of [1, 4]) {
        const executor = engine.prepare(graph, count, steps);
        executor.parameters.set(parameters);
        const state = new Float64Array(count * graph.stateSize);
        for (let s = 0; s < count; s++) state.set(graph.initialState(), s * graph.stateSize);
        const outputs = [0, 1, 2, 3].flatMap((t) =>
          Array.from(executor.predict(inputs.subarray(t * count * 3, (t + 1) * count * 3), count, { state })),
        );
        expect(outputs).toEqual(expected);
        const before = state.slice();
        expect(() => executor.predict(inputs, count, { state: state.subarray(1) })).toThrow(
          expect.objectContaining({ code: 'WRONG_LENGTH' }),
        );
        expect(state).toEqual(before);
        // Without a state, the same executor starts from the initial values.
        expect(Array.from(executor.predict(inputs, count))).toEqual(expected.slice(0, 2 * count));
        executor.dispose();
      }
      oneCall.dispose();
    },
  );

  test('if c is fixed at 1, g in the cache equals x, and the slope of identity nodes without parameters is 1', () => {
    const graph = lstm(3, 5, 2);
    const random = new Random(11);
    const executor = engine.prepare(graph, 2, 2);
    executor.parameters.set(randomParameters(graph, random));
    const inputs = Float64Array.from({ length: 12 }, () => random.uniform());
    executor.backpropagate(inputs, new Float64Array(8), [2, 2], mse());
    for (const id of graph.ids.slice(graph.inputCount)) {
      expect(executor.cache.row('g', id, 1)).toEqual(executor.cache.row('x', id, 1));
      if (/new|kept|cell/.test(id)) expect([...executor.cache.row('slope', id, 1)]).toEqual([1, 1]);
    }
    executor.dispose();
  });

  test('training on sequences has the same losses as training with the reference engine', () => {
    const graph = gated();
    const random = new Random(5);
    const uniform = (length: number) => Float64Array.from({ length }, () => random.uniform());
    const [inputs, targets, parameters] = [uniform(45), uniform(30), randomParameters(graph, random)];
    const train = (executor: ReturnType<typeof engine.prepare> | ReferenceExecutor) => {
      executor.parameters.set(parameters);
      const optimizer = adam({ learningRate: 0.01 });
      const losses = Array.from({ length: 20 }, () => executor.step(inputs, targets, [6, 5, 4], mse(), optimizer));
      executor.dispose();
      return losses;
    };
    const expected = train(new ReferenceExecutor(graph, 6, 3));
    train(engine.prepare(graph, 6, 3)).forEach((loss, n) => expect(loss).toBeCloseTo(expected[n], 4));
    expect(expected[19]).toBeLessThan(expected[0]);
  });
});

/** A loss for which the engine has no kernel. */
const custom: Loss = {
  name: 'custom',
  value: (x, t) => (x[0] - t[0]) ** 2,
  derivative(x, t, dLossDx) {
    dLossDx.fill(0);
    dLossDx[0] = 2 * (x[0] - t[0]);
  },
};
