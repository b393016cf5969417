/** Compares imported aggregations and recurrent genomes with a reimplementation of neat-python's networks. */
import { hardSigmoid, identity, tanh } from '@nnbp/activations';
import { logSumExp, max } from '@nnbp/aggregations';
import { delayed, GraphBuilder, Network, predictSequence, Random, Standardization } from '@nnbp/core';
import { fromNeatPython, type NeatGenome, toNeatPython } from '@nnbp/interop';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../../core/test/error-of.js';
import { neatFunctions } from './neat-python-reference.js';

type Combine = (z: readonly number[]) => number;
const median: Combine = (z) => {
  const sorted = z.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};
/** The aggregations as neat-python defines them. */
const combine: Readonly<Record<string, Combine>> = {
  sum: (z) => z.reduce((a, b) => a + b, 0),
  product: (z) => z.reduce((a, b) => a * b, 1),
  max: (z) => Math.max(...z),
  min: (z) => Math.min(...z),
  maxabs: (z) => z.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)),
  median,
  mean: (z) => z.reduce((a, b) => a + b, 0) / z.length,
};

/**
 * Runs a `RecurrentNetwork` of neat-python: at each step, nodes read the node values of the previous step and the
 * current inputs.
 */
function recurrentRun(genome: NeatGenome, inputs: readonly (readonly number[])[]): number[][] {
  let before = new Map(genome.nodes.map(({ key }) => [key, 0]));
  return inputs.map((input) => {
    genome.input_keys.forEach((key, k) => before.set(key, input[k]));
    const next = new Map(before);
    for (const { key, bias, response, activation, aggregation } of genome.nodes) {
      const z = genome.connections
        .filter((connection) => connection.enabled && connection.key[1] === key)
        .map(({ key: [from], weight }) => before.get(from)! * weight);
      next.set(key, neatFunctions[activation](bias + response * combine[aggregation](z)));
    }
    before = next;
    return genome.output_keys.map((key) => next.get(key)!);
  });
}

function randomGenome(random: Random): NeatGenome {
  const below = (n: number) => Math.floor(random.uniform() * n);
  const pick = <T>(list: readonly T[]) => list[below(list.length)];
  const keys = [0, 1, 2, 3, 4].slice(0, 2 + below(4));
  const nodes = keys.map((key) => ({
    key,
    bias: random.uniform() - 0.5,
    response: pick([1, 0.5, -1, -2]),
    activation: pick(Object.keys(neatFunctions)),
    aggregation: pick(Object.keys(combine)),
  }));
  const connections = keys.flatMap((to) => {
    const sources = [-1, -2, ...keys].filter(() => random.uniform() < 0.5);
    return (sources.length > 0 ? sources : [-1]).map((from) => ({
      key: [from, to] as const,
      weight: random.uniform() - 0.5,
      enabled: true,
    }));
  });
  return { input_keys: [-1, -2], output_keys: [0], nodes, connections };
}

test('random recurrent genomes have the same outputs as neat-python over 10 steps, before and after export', () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  for (let k = 0; k < 100; k++) {
    const random = new Random(seed + k);
    const genome = randomGenome(random);
    const inputs = Array.from({ length: 10 }, () => [random.uniform() - 0.5, random.uniform() - 0.5]);
    const expected = recurrentRun(genome, inputs);
    // Outputs that grow without bound cannot be compared.
    if (expected.flat().some((value) => !(Math.abs(value) < 1e6))) continue;
    const network = fromNeatPython(genome, { recurrent: true });
    const back = toNeatPython(network);
    for (const outputs of [predictSequence(network, inputs), recurrentRun(back, inputs)]) {
      outputs.forEach((row, t) => {
        const size = Math.max(1, Math.abs(expected[t][0]));
        expect(Math.abs(row[0] - expected[t][0]) / size, `seed ${seed + k}, step ${t}`).toBeLessThan(1e-9);
      });
    }
    expect(back.nodes, `seed ${seed + k}`).toHaveLength(genome.nodes.length);
  }
});

describe('an aggregation', () => {
  test.each(Object.keys(combine))('the aggregation %s is imported and exported with any response', (aggregation) => {
    for (const response of [1, 2.5, -1.5]) {
      const network = fromNeatPython({
        input_keys: [-1, -2, -3],
        output_keys: [0],
        nodes: [{ key: 0, bias: 0.25, response, activation: 'identity', aggregation }],
        connections: [-1, -2, -3].map((from, k) => ({ key: [from, 0], weight: [0.5, -2, 1.5][k], enabled: true })),
      });
      const expected = 0.25 + response * combine[aggregation]([0.5 * 0.3, -2 * 0.7, 1.5 * 0.9]);
      expect(network.predict([0.3, 0.7, 0.9])[0]).toBeCloseTo(expected, 12);
      const [node] = toNeatPython(network).nodes;
      expect(fromNeatPython(toNeatPython(network)).predict([0.3, 0.7, 0.9])[0]).toBeCloseTo(expected, 12);
      // A negative response turns a maximum into a minimum.
      if (response > 0) expect(node.aggregation).toBe(aggregation);
    }
  });
});

test('fromNeatPython rejects a cycle unless `recurrent` is set; if `recurrent` is set, it rejects a node without connections', () => {
  const genome = (connections: NeatGenome['connections']): NeatGenome => ({
    input_keys: [-1],
    output_keys: [0],
    nodes: [{ key: 0, bias: 0, response: 1, activation: 'tanh', aggregation: 'sum' }],
    connections,
  });
  const itself = { key: [0, 0] as const, weight: 1, enabled: true };
  expect(errorOf(() => fromNeatPython(genome([itself]))).message).toContain('{ recurrent: true }');
  expect(errorOf(() => fromNeatPython(genome([]), { recurrent: true })).code).toBe('UNSUPPORTED');
});

describe('a network that is exported', () => {
  const networkOf = (build: (builder: GraphBuilder) => readonly string[]) => {
    const builder = new GraphBuilder();
    builder.output(...build(builder));
    return new Network(builder.build(), { seed: 1 });
  };

  test('toNeatPython adds identity nodes for the weighted inputs of an aggregation and for an output with c = 2', () => {
    const network = networkOf((b) => {
      const [x, y] = b.inputs(2);
      b.node('h', { from: [x, y], activation: hardSigmoid });
      return [
        b.node('m', { from: ['h', x, y], activation: tanh, aggregation: max, fixed: { b: 0.25, c: 2, w: { h: 3 } } }),
      ];
    });
    network.inputScaler = new Standardization([0.5, -1], [2, 3]);
    const genome = toNeatPython(network);
    expect(genome.nodes.filter(({ activation }) => activation === 'identity')).toHaveLength(4);
    const row = [0.75, -0.5];
    expect(fromNeatPython(genome).predict(row)[0]).toBeCloseTo(network.predict(row)[0], 12);
  });

  test('in a recurrent network, toNeatPython accepts a scaled input of an aggregation, but rejects a shifted input, because the node that shifts it would add a delay', () => {
    const network = networkOf((b) => [
      b.node('y', { from: [b.input('x'), delayed('y')], activation: tanh, aggregation: max, fixed: { c: 1 } }),
    ]);
    const inputs = [[1], [3], [5]];
    network.inputScaler = new Standardization([0], [2]);
    const outputs = predictSequence(network, inputs);
    recurrentRun(toNeatPython(network), inputs).forEach((output, t) => {
      expect(output[0]).toBeCloseTo(outputs[t][0], 12);
    });
    network.inputScaler = new Standardization([1], [2]);
    const error = errorOf(() => toNeatPython(network));
    expect([error.code, error.message]).toEqual(['UNSUPPORTED', expect.stringMatching(/^Node "x": an aggregation/)]);
  });

  test.each<[RegExp, (b: GraphBuilder) => readonly string[]]>([
    [
      /no aggregation like "logSumExp"/,
      (b) => [b.node('y', { from: b.inputs(2), activation: tanh, aggregation: logSumExp })],
    ],
    [
      /"y": the node reads "x" one step earlier/,
      (b) => [b.node('y', { from: [delayed(b.input('x'))], activation: tanh })],
    ],
    [
      /"y": the node reads "y" 2 steps earlier/,
      (b) => [b.node('y', { from: [b.input('x'), delayed('y', 2)], activation: tanh })],
    ],
    [
      /"y": the node reads "h" in the same step/,
      (b) => {
        b.node('h', { from: [b.input('x'), delayed('h')], activation: tanh });
        return [b.node('y', { from: ['h'], activation: tanh })];
      },
    ],
    [
      /"y": its value before the first step/,
      (b) => [
        b.node('y', { from: [b.input('x'), delayed('y', 1, { initial: 1 })], activation: tanh, fixed: { c: 1 } }),
      ],
    ],
    [
      /"y": an output of a recurrent network/,
      (b) => [b.node('y', { from: [b.input('x'), delayed('y')], activation: identity, fixed: { c: 2 } })],
    ],
  ])('toNeatPython rejects a network that neat-python cannot represent: %s', (message, build) => {
    const error = errorOf(() => toNeatPython(networkOf(build)));
    expect([error.code, error.message]).toEqual(['UNSUPPORTED', expect.stringMatching(message)]);
  });
});
