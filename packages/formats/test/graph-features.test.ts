/** Tests of delays, aggregations, fixed and shared parameters in files. */
import { tanh } from '@nnbp/activations';
import { max, product } from '@nnbp/aggregations';
import { randomGeneralGraph } from '@nnbp/conformance';
import { type Aggregation, delayed, GraphBuilder, Network, predictSequence, Random, stream } from '@nnbp/core';
import { fromJson, load, type Plugins, save, toJson } from '@nnbp/formats';
import { lstm } from '@nnbp/layers';
import { describe, expect, test } from 'vitest';
import { decode } from '../src/safetensors.js';

const bits = (numbers: ArrayLike<number>) => new BigUint64Array(Float64Array.from(numbers).buffer).join();

const failure = (code: string, message: RegExp) =>
  expect.objectContaining({ name: 'NnbpError', code, message: expect.stringMatching(message) as string }) as Error;

/** Everything about a graph that a file stores. */
function shapeOf({ graph }: Network): unknown {
  const nodes = Array.from({ length: graph.nodeCount - graph.inputCount }, (_, k) => graph.inputCount + k);
  const slotOrConstant = (slot: number) =>
    slot < graph.parameterCount ? slot : { constant: graph.constants[slot - graph.parameterCount] };
  return {
    ids: graph.ids,
    outputs: Array.from(graph.outputs),
    initial: Array.from(graph.initialState()),
    nodes: nodes.map((i) => ({
      activation: graph.activations[graph.activationOf[i]].builtin ?? graph.activations[graph.activationOf[i]].name,
      aggregation: graph.aggregation(i)?.name,
      slots: [slotOrConstant(graph.biasSlot(i)), slotOrConstant(graph.scaleSlot(i))],
      edges: Array.from({ length: graph.edgeStart[i + 1] - graph.edgeStart[i] }, (_, k) => {
        const e = graph.edgeStart[i] + k;
        return [graph.edgeName(e), slotOrConstant(graph.weightSlot(e, i))];
      }),
    })),
  };
}

const forms: [string, (network: Network, plugins?: Plugins) => Network][] = [
  ['a file', (network, plugins) => load(save(network), plugins).network],
  ['JSON', (network, plugins) => fromJson(toJson(network), plugins)],
];

describe.each(forms)('as %s', (_, roundTrip) => {
  test('200 random graphs with delays are bit-identical after loading', () => {
    for (let seed = 0; seed < 200; seed++) {
      const random = new Random(seed);
      const network = new Network(randomGeneralGraph(random), { seed });
      network.parameters.vector.forEach((_, p, vector) => (vector[p] = random.uniform() - 0.5));
      const again = roundTrip(network);
      expect(shapeOf(again), `seed ${seed}`).toEqual(shapeOf(network));
      expect(bits(again.parameters.vector), `seed ${seed}`).toBe(bits(network.parameters.vector));
      const inputs = Array.from({ length: 6 }, () =>
        Array.from({ length: network.graph.inputCount }, () => random.uniform()),
      );
      expect(bits(predictSequence(again, inputs).flat())).toBe(bits(predictSequence(network, inputs).flat()));
    }
  });

  test('a supplied custom aggregation is used, and a missing one is named in the error', () => {
    const range: Aggregation = {
      name: 'range',
      value: (z) => Math.max(...Array.from(z)) - Math.min(...Array.from(z)),
      derivative: (_z, _a, dAdz) => dAdz.fill(0),
    };
    const builder = new GraphBuilder();
    const inputs = builder.inputs(2);
    builder.output(builder.node('y', { from: inputs, activation: tanh, aggregation: range }));
    const network = new Network(builder.build(), { seed: 2 });
    expect(roundTrip(network, { aggregations: [range] }).predict([1, 2])).toEqual(network.predict([1, 2]));
    expect(() => roundTrip(network)).toThrow(failure('MISSING_PLUGIN', /aggregations "range"/));
  });
});

test('a recurrent layer of identical nodes is saved as one entry', () => {
  const builder = new GraphBuilder();
  const x = builder.inputs(3);
  const ids = Array.from({ length: 20 }, (_, k) => `h.${k}`);
  builder.output(
    ...builder.layer(20, {
      name: 'h',
      from: [...x, ...ids.map((id) => delayed(id))],
      activation: tanh,
      fixed: { c: 1 },
    }),
  );
  const model = JSON.parse(decode(save(new Network(builder.build()))).metadata.get('model')!) as { nodes: unknown[] };
  expect(model.nodes).toHaveLength(1);
});

test('a stream of a loaded LSTM has the same outputs as a stream of the original', () => {
  const builder = new GraphBuilder();
  builder.output(...lstm(builder, { from: builder.inputs(2), units: 4 }));
  const network = new Network(builder.build(), { seed: 4 });
  const [one, other] = [stream(network), stream(load(save(network)).network)];
  for (let t = 0; t < 5; t++) expect(other.next([t, -t / 2])).toEqual(one.next([t, -t / 2]));
});

test('toJson writes delays, initial values, aggregations, constants and shared parameters', () => {
  const builder = new GraphBuilder();
  builder.input('x');
  builder.node('h', {
    from: ['x', delayed('h', 2, { initial: 0.5 })],
    activation: tanh,
    aggregation: product,
    fixed: { b: 0, c: 1, w: { x: 1 } },
    shared: { w: { 'h@-2': 'w' } },
  });
  builder.node('y', { from: ['h'], activation: tanh, aggregation: max, fixed: { c: 2 }, shared: { w: { h: 'w' } } });
  builder.output('y');
  const network = new Network(builder.build(), { initializer: () => 0.25 });
  const text = toJson(network);
  expect(text).toContain(
    '{"id":"h","from":["x",{"id":"h","delay":2}],"activation":"tanh","aggregation":"product","b":{"fixed":0},' +
      '"w":[{"fixed":1},{"shared":"w0","value":0.25}]}',
  );
  expect(text).toContain('"aggregation":"max","b":0,"c":{"fixed":2},"w":[{"shared":"w0","value":0.25}]}');
  expect(text).toContain('"initial": [["h",0.5]]');
});

test.each<[string, string, RegExp, (text: string) => string]>([
  ['an unknown aggregation', 'MISSING_PLUGIN', /Expected one of: .*product/, (t) => t.replace('"max"', '"biggest"')],
  [
    'an option for an aggregation that has none',
    'UNSUPPORTED',
    /no option/,
    (t) => t.replace('"max"', '{"name":"max","options":{"p":2}}'),
  ],
  ['a delay of −1', 'MALFORMED', /delay/, (t) => t.replace('"delay":1', '"delay":-1')],
  [
    'a delayed edge from an unknown node',
    'MALFORMED',
    /"z"/,
    (t) => t.replace('{"id":"y","delay"', '{"id":"z","delay"'),
  ],
  ['a cycle without a delay', 'MALFORMED', /nodes|predecessor/, (t) => t.replace('{"id":"y","delay":1}', '"y"')],
  [
    'a state that is too large',
    'TOO_LARGE',
    /delays of the nodes add up/,
    (t) => t.replace('"delay":1', '"delay":1000000000'),
  ],
  ['an initial value for a node without delayed edges', 'MALFORMED', /"x"/, (t) => t.replace('["y",0.5]', '["x",0.5]')],
  ['a duplicate initial value', 'MALFORMED', /once/, (t) => t.replace('["y",0.5]', '["y",0.5],["y",1]')],
  ['an initial value without a number', 'MALFORMED', /an id and a number/, (t) => t.replace('["y",0.5]', '["y"]')],
  ['a constant that is a string', 'MALFORMED', /finite number/, (t) => t.replace('"fixed":1', '"fixed":"1"')],
  ['a shared weight without its value', 'MALFORMED', /shared/, (t) => t.replace('{"fixed":1}', '{"shared":"w"}')],
  ['fewer weights than edges', 'MALFORMED', /a weight for each/, (t) => t.replace('{"fixed":1},', '')],
])('fromJson rejects %s', (_, code, message, change) => {
  const builder = new GraphBuilder();
  builder.input('x');
  const from = ['x', delayed('y', 1, { initial: 0.5 })];
  builder.output(builder.node('y', { from, activation: tanh, aggregation: max, fixed: { w: { x: 1 } } }));
  const text = toJson(new Network(builder.build()));
  const changed = change(text);
  expect(changed).not.toBe(text);
  expect(() => fromJson(changed)).toThrow(failure(code, message));
});

test('save rejects delays that add up to more than a file can hold', () => {
  const builder = new GraphBuilder();
  builder.output(builder.node('y', { from: [builder.input('x'), delayed('x', 2 ** 25)], activation: tanh }));
  expect(() => save(new Network(builder.build()))).toThrow(failure('TOO_LARGE', /delays of the nodes add up/));
});

test('load, like save, limits the sum of the longest delays of all nodes', () => {
  const builder = new GraphBuilder();
  const [x, z] = builder.inputs(2);
  // The longest delay of x comes first in the file, the longest delay of z last.
  const delays = [
    [2 ** 24 - 7, 6],
    [2 ** 23, 7],
  ];
  delays.forEach(([dx, dz], k) => {
    builder.output(builder.node(`y${k}`, { from: [delayed(x, dx), delayed(z, dz)], activation: tanh }));
  });
  const bytes = save(new Network(builder.build()));
  expect(load(bytes).network.graph.stateSize).toBe(2 ** 24);
  for (const delay of ['16777209', '7']) {
    const text = Buffer.from(bytes).toString('latin1');
    const entry = `\\"delay\\":${delay}}`;
    const longer = text.replace(entry, entry.replace(delay, `${Number(delay) + 1}`));
    expect(longer).not.toBe(text);
    expect(() => load(Buffer.from(longer, 'latin1'))).toThrow(failure('TOO_LARGE', /nodes in the file add up/));
  }
});
