/** Tests of the js engine, on graphs that cover every branch of its loops. */
import { identity, sigmoid, tanh } from '@nnbp/activations';
import { expectConformance, randomParameters, randomSamples } from '@nnbp/conformance';
import {
  backpropagateBatch,
  type Engine,
  type Executor,
  type Graph,
  GraphBuilder,
  js,
  mlp,
  Network,
  Random,
  reference,
  RowCache,
  type SampleCounts,
} from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { sgd } from '@nnbp/optim';
import { describe, expect, test } from 'vitest';
import { randomRecurrentGraph } from './random-recurrent.js';

/** A graph with nodes that alternate between two activations, and with layers whose predecessors are not in order. */
function interleaved(): Graph {
  const builder = new GraphBuilder();
  const inputs = builder.inputs(5);
  const hidden = Array.from({ length: 6 }, (_, k) =>
    builder.node(`hidden ${k}`, { from: inputs, activation: k % 2 === 0 ? sigmoid : tanh, fixed: { c: 1 } }),
  );
  const from = [hidden[4], inputs[2], hidden[1], inputs[0], hidden[5], hidden[0]];
  const wide = builder.layer(9, { from, activation: tanh });
  builder.output(builder.node('alone', { from: [wide[3], hidden[2]], activation: identity }));
  builder.output(...builder.layer(3, { from: [...wide].reverse(), activation: sigmoid, name: 'out' }));
  return builder.build();
}

/** Layers whose nodes are computed two or four at a time, with different remainders. */
const wide = () => mlp([30, 41, 26, 2], { activation: sigmoid });

describe.each([
  ['interleaved nodes', interleaved],
  ['wide layers', wide],
])('the js engine on %s', (_, build) => {
  test.each([1, 2, 3, 4, 7, 32])('the js engine agrees with the reference engine for %i samples', (samples) => {
    const graph = build();
    const random = new Random(samples);
    const parameters = randomParameters(graph, random);
    expectConformance(js(), graph, parameters, randomSamples(graph, random, samples), mse());
  });

  test.each([1, 6])(
    'step updates the parameters with the gradient that backpropagate computes, for %i samples',
    (samples) => {
      const graph = build();
      const random = new Random(1);
      const parameters = randomParameters(graph, random);
      const { inputs, targets } = randomSamples(graph, random, samples);
      const [a, b] = [js().prepare(graph, samples), js().prepare(graph, samples)];
      for (const executor of [a, b]) executor.parameters.set(parameters);
      a.backpropagate(inputs, targets, samples, mse());
      b.step(inputs, targets, samples, mse(), sgd({ learningRate: 0.5 }));
      expect(b.parameters).toEqual(a.parameters.map((value, p) => value - 0.5 * a.gradients[p]));
    },
  );
});

function rowCacheOf({ cache }: Executor): RowCache {
  if (!(cache instanceof RowCache)) throw new Error('The cache of the js engine is not a RowCache.');
  return cache;
}

describe('the cache of the js engine', () => {
  const graph = mlp([2, 3, 1], { activation: sigmoid });
  const executor = js().prepare(graph, 4);
  const [inputs, targets] = [new Float64Array(8), new Float64Array(4)];

  test('the cache has only the samples of the last pass', () => {
    executor.predict(inputs, 3);
    expect(executor.cache.x('output.0', 2)).toBe(0);
    for (const sample of [3, -1, 0.5]) {
      expect(() => executor.cache.x('output.0', sample)).toThrow(
        `sample: expected an integer from 0 to 2, received ${sample}.`,
      );
    }
    expect(() => executor.cache.slope('nobody')).toThrow(expect.objectContaining({ code: 'UNKNOWN_ID' }));
  });

  test('the cache has g of every node, and a row of the cache has the values of all samples', () => {
    executor.parameters.fill(0.5);
    executor.predict(Float64Array.of(1, 2, 3, 4), 2);
    const cache = rowCacheOf(executor);
    expect([...cache.row('x', 'input.1')]).toEqual([2, 4]);
    expect(cache.g('layer1.0', 1)).toBe(sigmoid.value(0.5 + 0.5 * 7));
  });

  test('g and slope of inputs are 0 in the cache after the sample counts have changed', () => {
    const graph = randomRecurrentGraph(new Random(1));
    const recurrent = js().prepare(graph, 4, 2);
    const cache = rowCacheOf(recurrent);
    const rows = new Float64Array(100).fill(0.3);
    recurrent.backpropagate(rows, rows, [4, 4], mse());
    recurrent.backpropagate(rows, rows, [3, 1], mse());
    const { ids, inputCount } = graph;
    for (const id of ids.slice(0, inputCount)) {
      for (const [sample, step] of [
        [2, 0],
        [0, 1],
      ]) {
        expect([cache.g(id, sample, step), cache.slope(id, sample, step)]).toEqual([0, 0]);
      }
    }
  });

  test('the cache has dLossDx of inputs after backpropagate, but not after step', () => {
    executor.step(inputs, targets, 4, mse(), sgd({ learningRate: 0.1 }));
    expect(() => executor.cache.dLossDx('input.1')).toThrow(expect.objectContaining({ code: 'WRONG_STATE' }));
    expect(executor.cache.dLossDx('layer1.0')).toBeTypeOf('number');
    executor.backpropagate(inputs, targets, 4, mse());
    expect(executor.cache.dLossDx('input.1')).toBeTypeOf('number');
  });
});

describe('the js engine', () => {
  const graph = mlp([2, 3, 1], { activation: identity });

  test('rows that are too short are rejected, even after a valid call with the same sample count', () => {
    const executor = js().prepare(graph, 2);
    const rows = new Float64Array(4);
    executor.predict(rows, 2);
    expect(() => executor.predict(new Float64Array(3), 2)).toThrow('inputs: expected 4 numbers, received 3.');
    expect(() => executor.backpropagate(rows, new Float64Array(1), 2, mse())).toThrow(
      'targets: expected 2 numbers, received 1.',
    );
  });

  test('a step that overflows does not change the parameters', () => {
    const executor = js().prepare(graph, 1);
    executor.parameters.fill(1);
    const step = (input: number, learningRate: number) =>
      executor.step(Float64Array.of(input, 0), Float64Array.of(0), 1, mse(), sgd({ learningRate }));
    expect(step(1e200, 0.1)).toBe(Infinity);
    expect(step(1, 1e308)).toBe(NaN);
    expect(executor.parameters).toEqual(new Float64Array(graph.parameterCount).fill(1));
  });
});

describe('network.predict', () => {
  const inputs = Array.from({ length: 200 }, (_, s) => [Math.sin(s), Math.cos(s)]);

  test('predict, predictBatch and the reference engine return bit-identical outputs', () => {
    const network = new Network(mlp([2, 70, 3], { activation: tanh }), { seed: 3 });
    const single = inputs.map((input) => network.predict(input));
    expect(network.predictBatch(inputs)).toEqual(single);
    expect(backpropagateBatch(network, inputs, single, mse()).outputs).toEqual(single);
  });

  test('predictBatch and the reference engine agree for a layer with c fixed at 1 and a node without predecessors', () => {
    const builder = new GraphBuilder();
    const wide = builder.layer(6, { from: builder.inputs(2), activation: tanh, fixed: { c: 1 } });
    const alone = builder.node('alone', { from: [], activation: tanh });
    builder.output(builder.node('sum', { from: [...wide, alone], activation: identity }));
    const network = new Network(builder.build(), { seed: 3 });
    const targets = inputs.map(() => [0]);
    expect(network.predictBatch(inputs)).toEqual(backpropagateBatch(network, inputs, targets, mse()).outputs);
  });

  test('predictions use the current parameters', () => {
    const network = new Network(mlp([1, 1], { activation: identity, fixed: { c: 1 } }));
    network.setParameters('output.0', { b: 1, w: { 'input.0': 2 } });
    expect(network.predict([3])).toEqual([7]);
    network.parameters.vector[0] = 5;
    expect(network.predict([3])).toEqual([11]);
    expect(network.predictBatch([[3], [4]])).toEqual([[11], [13]]);
  });

  test('predict and predictBatch reject a parameter that is not finite, even if a saturated node hides it', () => {
    const network = new Network(mlp([1, 1, 1], { activation: sigmoid }));
    network.parameters.vector[0] = Infinity;
    for (const predict of [() => network.predict([1]), () => network.predictBatch([[1], [2]])]) {
      expect(predict).toThrow(expect.objectContaining({ code: 'NOT_FINITE' }));
    }
  });

  test('predict returns a new array each time', () => {
    const network = new Network(mlp([2, 3, 2], { activation: sigmoid }), { seed: 1 });
    const first = network.predict([1, 2]);
    const copy = [...first];
    network.predict([3, 4]);
    expect(first).toEqual(copy);
  });
});

describe('the js engine on graphs with delays, aggregations, and fixed and shared parameters', () => {
  const seed = 11;

  /** Runs four passes. Returns their results, the gradients, the state, and x, slope and dLossDx from the cache. */
  function resultsOf(engine: Engine, graph: Graph, random: Random, counts: SampleCounts) {
    const rows = typeof counts === 'number' ? counts : Array.from(counts).reduce((a, b) => a + b);
    const [batch, steps] = typeof counts === 'number' ? [counts, 1] : [counts[0], counts.length];
    const executor = engine.prepare(graph, batch + 1, steps + 1);
    const draw = (length: number) => Float64Array.from({ length }, () => random.uniform() * 2 - 1);
    executor.parameters.set(draw(graph.parameterCount));
    const [inputs, targets] = [draw(rows * graph.inputCount), draw(rows * graph.outputs.length)];
    const weights = Float64Array.from({ length: rows }, (_, r) => (r === 0 ? 1 : Math.floor(random.uniform() * 3)));
    const state = draw(batch * graph.stateSize);
    const predicted = [...executor.predict(inputs, counts)];
    const plain = executor.backpropagate(inputs, targets, counts, mse());
    const plainGradients = [...executor.gradients];
    const weighted = executor.backpropagate(inputs, targets, counts, mse(), { weights, state });
    const cached = graph.ids.flatMap((id) =>
      Array.from({ length: steps }, (_, t) =>
        Array.from({ length: typeof counts === 'number' ? counts : counts[t] }, (_, s) => [
          executor.cache.x(id, s, t),
          executor.cache.slope(id, s, t),
          executor.cache.dLossDx(id, s, t),
        ]),
      ).flat(2),
    );
    const gradients = [...executor.gradients];
    const continued = [...executor.predict(inputs, counts, { state })];
    return [predicted, [plain], plainGradients, [weighted], cached, gradients, [...state], continued];
  }

  test(`the js engine agrees with the reference engine on 120 graphs, seed ${seed}`, () => {
    const shapes: SampleCounts[] = [1, 5, [1, 1, 1, 1], [4], [6, 6, 5, 2, 1], [2, 1]];
    for (let n = 0; n < 120; n++) {
      const graph = randomRecurrentGraph(new Random(seed + n));
      const counts = shapes[n % shapes.length];
      const [expected, actual] = [reference(), js()].map((engine) => resultsOf(engine, graph, new Random(n), counts));
      expected.forEach((numbers, k) => {
        expect(actual[k]).toHaveLength(numbers.length);
        numbers.forEach((number, p) => {
          const size = 1 + Math.max(...numbers.map(Math.abs));
          expect(Math.abs(actual[k][p] - number), `graph ${n}, result ${k}, ${p}`).toBeLessThan(1e-11 * size);
        });
      });
    }
  });

  test('predict starts from the initial state, like the reference engine', () => {
    for (let n = 0; n < 40; n++) {
      const network = new Network(randomRecurrentGraph(new Random(seed + n)), { seed: n });
      const inputs = Array.from({ length: 9 }, (_, s) =>
        Array.from(network.graph.ids.slice(0, network.graph.inputCount), (_, k) => Math.sin(s + k)),
      );
      const executor = reference().prepare(network.graph, 9);
      executor.parameters.set(network.parameters.vector);
      const expected = [...executor.predict(Float64Array.from(inputs.flat()), 9)];
      for (const actual of [network.predictBatch(inputs), inputs.map((input) => network.predict(input))]) {
        actual.flat().forEach((x, k) => expect(x).toBeCloseTo(expected[k], 12));
      }
    }
  });

  test('the cache has only the steps and samples of the last pass', () => {
    const executor = js().prepare(randomRecurrentGraph(new Random(seed)), 3, 2);
    const inputs = new Float64Array(30);
    executor.predict(inputs, [3, 1]);
    const id = 'n0';
    expect(executor.cache.x(id, 0, 1)).toBe(0);
    expect(() => executor.cache.x(id, 1, 1)).toThrow('sample: expected an integer from 0 to 0, received 1.');
    expect(() => executor.cache.x(id, 0, 2)).toThrow('step: expected an integer from 0 to 1, received 2.');
    expect(() => executor.predict(inputs, [1, 1, 1])).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }));
  });
});
