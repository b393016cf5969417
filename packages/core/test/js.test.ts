/** The js engine on graphs that take every path through its loops. */
import { identity, sigmoid, tanh } from '@nnbp/activations';
import { expectConformance, randomParameters, randomSamples } from '@nnbp/conformance';
import { type Graph, GraphBuilder, js, mlp, Network, Random } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { sgd } from '@nnbp/optim';
import { describe, expect, test } from 'vitest';

/** Two groups of nodes with the same predecessors, declared in turns, on predecessors that are not adjacent. */
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

/** Layers wide enough for four nodes at a time, with and without nodes left over. */
const wide = () => mlp([30, 41, 26, 2], { activation: sigmoid });

describe.each([
  ['nodes in turns', interleaved],
  ['wide layers', wide],
])('the js engine on %s', (_, build) => {
  test.each([1, 2, 3, 4, 7, 32])('computes what the reference engine computes for %i samples', (samples) => {
    const graph = build();
    const random = new Random(samples);
    const parameters = randomParameters(graph, random);
    expectConformance(js(), graph, parameters, randomSamples(graph, random, samples), mse());
  });

  test.each([1, 6])('changes the parameters by the gradient that backpropagate finds, for %i samples', (samples) => {
    const graph = build();
    const random = new Random(1);
    const parameters = randomParameters(graph, random);
    const { inputs, targets } = randomSamples(graph, random, samples);
    const [a, b] = [js().prepare(graph, samples), js().prepare(graph, samples)];
    for (const executor of [a, b]) executor.parameters.set(parameters);
    a.backpropagate(inputs, targets, samples, mse());
    b.step(inputs, targets, samples, mse(), sgd({ learningRate: 0.5 }));
    expect(b.parameters).toEqual(a.parameters.map((value, p) => value - 0.5 * a.gradients[p]));
  });
});

describe('the cache of the js engine', () => {
  const graph = mlp([2, 3, 1], { activation: sigmoid });
  const executor = js().prepare(graph, 4);
  const [inputs, targets] = [new Float64Array(8), new Float64Array(4)];

  test('has the samples of the last pass only', () => {
    executor.predict(inputs, 3);
    expect(executor.cache.x('output.0', 2)).toBe(0);
    for (const sample of [3, -1, 0.5]) {
      expect(() => executor.cache.x('output.0', sample)).toThrow(`sample: expected 0 to 2, found ${sample}.`);
    }
    expect(() => executor.cache.slope('nobody')).toThrow(expect.objectContaining({ code: 'UNKNOWN_ID' }));
  });

  test('has dLossDx of inputs after backpropagate and not after step', () => {
    executor.step(inputs, targets, 4, mse(), sgd({ learningRate: 0.1 }));
    expect(() => executor.cache.dLossDx('input.1')).toThrow(expect.objectContaining({ code: 'WRONG_STATE' }));
    expect(executor.cache.dLossDx('layer1.0')).toBeTypeOf('number');
    executor.backpropagate(inputs, targets, 4, mse());
    expect(executor.cache.dLossDx('input.1')).toBeTypeOf('number');
  });
});

describe('network.predict', () => {
  const inputs = Array.from({ length: 200 }, (_, s) => [Math.sin(s), Math.cos(s)]);

  test('is bit-identical for one sample, for many, and in the reference engine', () => {
    const network = new Network(mlp([2, 70, 3], { activation: tanh }), { seed: 3 });
    const one = inputs.map((input) => network.predict(input));
    expect(network.predictBatch(inputs)).toEqual(one);
    expect(network.backpropagateBatch(inputs, one, mse()).outputs).toEqual(one);
  });

  test('uses the parameters as they are', () => {
    const network = new Network(mlp([1, 1], { activation: identity, fixed: { c: 1 } }));
    network.setParameters('output.0', { b: 1, w: { 'input.0': 2 } });
    expect(network.predict([3])).toEqual([7]);
    network.parameters.vector[0] = 5;
    expect(network.predict([3])).toEqual([11]);
    expect(network.predictBatch([[3], [4]])).toEqual([[11], [13]]);
  });

  test('reports a parameter that is not finite even if a saturated node hides it', () => {
    const network = new Network(mlp([1, 1, 1], { activation: sigmoid }));
    network.parameters.vector[0] = Infinity;
    for (const predict of [() => network.predict([1]), () => network.predictBatch([[1], [2]])]) {
      expect(predict).toThrow(expect.objectContaining({ code: 'NOT_FINITE' }));
    }
  });

  test('gives a result of its own each time', () => {
    const network = new Network(mlp([2, 3, 2], { activation: sigmoid }), { seed: 1 });
    const first = network.predict([1, 2]);
    const copy = [...first];
    network.predict([3, 4]);
    expect(first).toEqual(copy);
  });
});
