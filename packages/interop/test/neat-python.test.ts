import { elu, gaussian, gelu, hardSigmoid, hardTanh, identity, leakyRelu, relu, selu } from '@nnbp/activations';
import { sigmoid, softplus, tanh } from '@nnbp/activations';
import { randomGraph, randomParameters } from '@nnbp/conformance';
import { GraphBuilder, mlp, Network, Random, Standardization } from '@nnbp/core';
import { fromNeatPython, type NeatGenome, toNeatPython } from '@nnbp/interop';
import { mse } from '@nnbp/losses';
import { sgd } from '@nnbp/optim';
import { fit } from '@nnbp/train';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../../core/test/error-of.js';
import { countLoaded, damaged, damagedText } from '../../formats/test/fuzz.js';
import { activate, neatFunctions } from './neat-python-reference.js';

const names = Object.keys(neatFunctions);

/**
 * A random genome like those that evolution produces: acyclic connections, some of them disabled, and some nodes
 * without incoming connections.
 */
function randomGenome(random: Random, activations: readonly string[] = names): NeatGenome {
  const below = (n: number) => Math.floor(random.uniform() * n);
  const between = (low: number, high: number) => low + (high - low) * random.uniform();
  const inputs = Array.from({ length: 1 + below(3) }, (_, k) => -1 - k);
  const outputs = Array.from({ length: 1 + below(2) }, (_, k) => k);
  const order = [...Array.from({ length: below(8) }, (_, k) => 10 + 3 * k), ...outputs];
  const before = [...inputs];
  const nodes: NeatGenome['nodes'][number][] = [];
  const connections: NeatGenome['connections'][number][] = [];
  for (const key of order) {
    nodes.push({
      key,
      bias: between(-1, 1),
      response: between(0.5, 1.5),
      activation: activations[below(activations.length)],
      aggregation: 'sum',
    });
    for (const from of before) {
      if (random.uniform() < 0.5) continue;
      connections.push({ key: [from, key], weight: between(-2, 2), enabled: random.uniform() < 0.8 });
    }
    before.push(key);
  }
  return { input_keys: inputs, output_keys: outputs, nodes, connections };
}

const randomRow = (random: Random, count: number, max = 3) =>
  Array.from({ length: count }, () => max * (2 * random.uniform() - 1));

function expectClose(actual: readonly number[], expected: readonly number[], label: string): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, k) => {
    const error = Math.abs(value - expected[k]) / Math.max(1, Math.abs(expected[k]));
    expect(error, `${label}: received ${value}, expected ${expected[k]}`).toBeLessThan(1e-8);
  });
}

const singleNode = (activation: string, weight = 1): NeatGenome => ({
  input_keys: [-1],
  output_keys: [0],
  nodes: [{ key: 0, bias: 0.25, response: 1, activation, aggregation: 'sum' }],
  connections: [{ key: [-1, 0], weight, enabled: true }],
});

describe('genomes and networks', () => {
  test('random genomes have the same outputs after import and after export', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    for (let k = 0; k < 150; k++) {
      const random = new Random(seed + k);
      const genome = randomGenome(random);
      const network = fromNeatPython(k % 2 === 0 ? genome : JSON.stringify(genome));
      const back = toNeatPython(network);
      for (let s = 0; s < 5; s++) {
        const row = randomRow(random, genome.input_keys.length);
        const expected = activate(genome, row);
        expectClose(network.predict(row), expected, `seed ${seed + k}`);
        expectClose(activate(back, row), expected, `seed ${seed + k}, back`);
      }
    }
  });

  test.each(names)('the imported activation %s equals that of neat-python from -40 to 40', (activation) => {
    const genome = singleNode(activation);
    const network = fromNeatPython(genome);
    for (let x = -40; x <= 40; x += 0.37) {
      expect(Math.abs(network.predict([x])[0] - activate(genome, [x])[0])).toBeLessThan(1e-11);
    }
  });

  test('a genome is exported with the same keys and activations, without additional nodes, if no argument needs clamping', () => {
    const random = new Random(5);
    const activations = ['sigmoid', 'tanh', 'relu', 'gauss', 'identity', 'clamped', 'abs', 'lelu'];
    for (let k = 0; k < 30; k++) {
      const genome = randomGenome(random, activations);
      const network = fromNeatPython(genome);
      const back = toNeatPython(network);
      const functions = new Map(genome.nodes.map(({ key, activation }) => [key, activation]));
      const nodesOfNetwork = back.nodes.filter(({ key }) => network.graph.ids.includes(String(key)));
      expect(back.nodes).toEqual(nodesOfNetwork);
      const nodesWithInputs = new Set(genome.connections.filter(({ enabled }) => enabled).map(({ key }) => key[1]));
      for (const { key, activation, response } of back.nodes) {
        if (nodesWithInputs.has(key) && !(genome.output_keys.includes(key) && activation === 'identity')) {
          expect(activation).toBe(functions.get(key));
        }
        expect(response).toBe(1);
      }
    }
  });

  test('a genome trained after import is exported with its new weights', async () => {
    const random = new Random(7);
    const genome = randomGenome(random, ['sigmoid', 'tanh', 'gauss', 'softplus', 'sin']);
    const network = fromNeatPython(genome);
    const inputs = Array.from({ length: 20 }, () => randomRow(random, genome.input_keys.length, 1));
    const targets = inputs.map(() => genome.output_keys.map(() => random.uniform()));
    await fit(network, { inputs, targets }, { loss: mse(), optimizer: sgd({ learningRate: 0.01 }), epochs: 20 });
    expect(network.predict(inputs[0])).not.toEqual(fromNeatPython(genome).predict(inputs[0]));
    const back = toNeatPython(network);
    for (const row of inputs) expectClose(activate(back, row), network.predict(row), 'back');
  });

  test('a network whose functions can be expressed in neat-python is exported with the same outputs', () => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const activations = [
      ...[sigmoid, tanh, relu, leakyRelu, leakyRelu.negativeSlope(-0.3), elu, elu.alpha(0.4), selu],
      ...[gaussian, identity, hardTanh, hardSigmoid],
    ];
    for (let k = 0; k < 60; k++) {
      const random = new Random(seed + k);
      const graph = randomGraph(random, { nodes: 40, activations });
      const network = new Network(graph);
      network.parameters.vector.set(randomParameters(graph, random));
      if (k % 3 === 0) {
        const randomScaler = (count: number) =>
          new Standardization(
            randomRow(random, count),
            Array.from({ length: count }, () => 0.5 + random.uniform()),
          );
        network.inputScaler = randomScaler(graph.inputCount);
        network.outputScaler = randomScaler(graph.outputs.length);
      }
      const genome = JSON.parse(JSON.stringify(toNeatPython(network))) as NeatGenome;
      const keys = genome.nodes.map(({ key }) => key);
      expect(new Set(keys).size, `seed ${seed + k}`).toBe(keys.length);
      const again = fromNeatPython(genome);
      for (let s = 0; s < 3; s++) {
        const row = randomRow(random, graph.inputCount, 1);
        expectClose(activate(genome, row), network.predict(row), `seed ${seed + k}`);
        expectClose(again.predict(row), network.predict(row), `seed ${seed + k}, again`);
      }
    }
  });

  test('softplus is imported as a hard tanh node followed by a softplus node with fixed parameters', () => {
    const { graph } = fromNeatPython(singleNode('softplus'));
    const [b, c, w] = [graph.biasSlot(2), graph.scaleSlot(2), graph.weightSlot(graph.edgeStart[2], 2)];
    expect(graph.ids).toEqual(['-1', '0 clamped', '0']);
    expect([b, c, w].map((slot) => graph.constants[slot - graph.parameterCount])).toEqual([0, 0.2, 60]);
  });

  test('a softplus whose h stays between -60 and 60 is exported exactly', () => {
    const network = new Network(mlp([1, 1], { activation: softplus }), { seed: 1 });
    expectClose(activate(toNeatPython(network), [3]), network.predict([3]), 'softplus');
  });
});

describe('a node without enabled incoming connections', () => {
  const node = (key: number, bias: number, activation: string) => ({
    key,
    bias,
    response: 4,
    activation,
    aggregation: 'sum',
  });
  const genome: NeatGenome = {
    input_keys: [-1],
    output_keys: [0, 1],
    nodes: [node(0, 0.5, 'identity'), node(1, -0.25, 'tanh'), node(5, 0.75, 'relu'), node(6, 1, 'identity')],
    connections: [
      { key: [-1, 5], weight: 9, enabled: false },
      { key: [5, 6], weight: 2, enabled: true },
      { key: [6, 0], weight: -1, enabled: true },
      { key: [-1, 0], weight: 1, enabled: true },
    ],
  };

  test('a node without enabled incoming connections outputs g(bias)', () => {
    const network = fromNeatPython(genome);
    const [chained, unconnected] = network.predict([2]);
    expect(chained).toBeCloseTo(0.5 + 4 * (2 - (1 + 4 * 2 * 0.75)), 12);
    expect(unconnected).toBeCloseTo(Math.tanh(2.5 * -0.25), 12);
    expectClose(activate(toNeatPython(network), [2]), [chained, unconnected], 'back');
  });
});

describe("a file written by neat-python's neat.export", () => {
  const file = {
    format_version: '1.0',
    network_type: 'feedforward',
    metadata: {},
    topology: { num_inputs: 2, num_outputs: 2, input_keys: [-1, -2], output_keys: [0, 1] },
    nodes: [
      {
        id: 4,
        type: 'hidden',
        activation: { name: 'tanh', custom: false },
        aggregation: { name: 'sum' },
        bias: 1,
        response: 2,
      },
      {
        id: 0,
        type: 'output',
        activation: { name: 'relu', custom: false },
        aggregation: { name: 'sum' },
        bias: 0,
        response: 1,
      },
      {
        id: 1,
        type: 'output',
        activation: { name: 'sigmoid', custom: false },
        aggregation: { name: 'sum' },
        bias: 0.25,
        response: 3,
      },
      { id: -1, type: 'input', activation: { name: 'identity' }, aggregation: { name: 'none' }, bias: 0, response: 1 },
    ],
    connections: [
      { from: -1, to: 4, weight: 0.5, enabled: true },
      { from: 4, to: 0, weight: 3, enabled: true },
    ],
  };

  test('a file written by neat.export is imported with the same predictions', () => {
    const [y, unconnected] = fromNeatPython(file).predict([0.2, 9]);
    expect(y).toBeCloseTo(3 * Math.tanh(2.5 * (1 + 2 * 0.1)), 12);
    expect(unconnected).toBeCloseTo(1 / (1 + Math.exp(-5 * 0.25)), 12);
  });

  test.each([
    [/feed-forward/, { network_type: 'ctrnn' }],
    [/custom/, { nodes: [{ ...file.nodes[0], activation: { name: 'tanh', custom: true } }] }],
  ])('an unsupported file written by neat.export is rejected with the message %s', (message, change) => {
    const error = errorOf(() => fromNeatPython({ ...file, ...change }));
    expect([error.code, error.message]).toEqual(['UNSUPPORTED', expect.stringMatching(message)]);
  });
});

describe('genome formats and errors', () => {
  const change = (part: object): NeatGenome => ({ ...singleNode('tanh'), ...part });
  const node = singleNode('tanh').nodes[0];

  test.each([
    ['UNSUPPORTED', /aggregation.*"range"/, { nodes: [{ ...node, aggregation: 'range' }] }],
    ['UNSUPPORTED', /activation.*"hat"/, { nodes: [{ ...node, activation: 'hat' }] }],
    ['UNSUPPORTED', /recurrent/, { connections: [{ key: [0, 0], weight: 1, enabled: true }] }],
    [
      'MALFORMED',
      /to 0 from a node or input, not from 7,/,
      { connections: [{ key: [7, 0], weight: 1, enabled: true }] },
    ],
    ['MALFORMED', /input_keys.*genome_config/, { input_keys: undefined }],
    ['MALFORMED', /no other node/, { nodes: [node, node] }],
    [
      'NOT_FINITE',
      /node "0"/,
      { nodes: [{ ...node, response: 1e300 }], connections: singleNode('tanh', 1e300).connections },
    ],
  ])('fromNeatPython throws %s with a message that matches %s', (code, message, part) => {
    const error = errorOf(() => fromNeatPython(change(part)));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });

  test('nodes and connections can be stored in dictionaries, by key', () => {
    const genome = singleNode('tanh');
    const json = { ...genome, nodes: { '0': genome.nodes[0] }, connections: { '(-1, 0)': genome.connections[0] } };
    expect(fromNeatPython(json).predict([0.3])).toEqual(fromNeatPython(genome).predict([0.3]));
  });

  test('the error for a function without an equivalent in neat-python names the function and its node', () => {
    const builder = new GraphBuilder();
    builder.output(builder.node('bend', { from: [builder.input('x')], activation: gelu }));
    const error = errorOf(() => toNeatPython(new Network(builder.build())));
    expect([error.code, error.message]).toEqual(['UNSUPPORTED', expect.stringMatching(/"bend".*"gelu"/)]);
  });

  test('damaged genomes are rejected with an NnbpError or result in a network', () => {
    const loadedCount = countLoaded((random) => {
      const json = damaged(randomGenome(random), random);
      return () => fromNeatPython(json);
    }, 0.8);
    expect(loadedCount).toBeGreaterThan(0);
    countLoaded((random) => {
      const text = damagedText(JSON.stringify(randomGenome(random)), random);
      return () => fromNeatPython(text);
    }, 0.2);
  }, 120_000);
});
