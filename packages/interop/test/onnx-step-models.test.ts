/**
 * Tests that single-step models keep their outputs, nodes and delays after export and import. A single-step model is an
 * ONNX model that computes one time step: its states are inputs, and their next values are outputs.
 */
import { identity, sigmoid, tanh } from '@nnbp/activations';
import { max, product } from '@nnbp/aggregations';
import { randomGeneralGraph } from '@nnbp/conformance';
import { delayed, type Graph, GraphBuilder, Network, NnbpError, predictSequence, Random } from '@nnbp/core';
import { fromOnnx, toOnnx } from '@nnbp/interop';
import { averagePool, gru, lstm, maxPool, rnn } from '@nnbp/layers';
import { describe, expect, test } from 'vitest';
import { decodeModel, encodeModel, type ModelInit } from '../src/onnx/schema.js';
import { errorOf } from '../../core/test/error-of.js';

/** A network with float32 parameters. None is 0, since a 0 in an exported matrix stands for a missing edge. */
function networkOf(graph: Graph, random: Random): Network {
  const network = new Network(graph);
  const { vector } = network.parameters;
  for (let p = 0; p < vector.length; p++)
    vector[p] = Math.fround((random.uniform() < 0.5 ? -1 : 1) * (0.1 + random.uniform()));
  return network;
}

const sequenceFor = (network: Network, random: Random, steps = 7) =>
  Array.from({ length: steps }, () => Array.from({ length: network.graph.inputCount }, () => random.uniform() - 0.5));

function expectSameOutputs(network: Network, back: Network, random: Random, what: string): void {
  const inputs = sequenceFor(network, random);
  let expected: number[][];
  try {
    expected = predictSequence(network, inputs).map((row) => Array.from(row));
  } catch (error) {
    // A product in a feedback loop may overflow float64; such graphs cannot be compared.
    if (error instanceof NnbpError && error.code === 'OVERFLOW') return;
    throw error;
  }
  predictSequence(back, inputs).forEach((row, t) =>
    row.forEach((value, k) => {
      const error = Math.abs(value - expected[t][k]) / Math.max(1, Math.abs(expected[t][k]));
      expect(error, `${what}, step ${t}, output ${k}: received ${value}, expected ${expected[t][k]}`).toBeLessThan(
        2e-4,
      );
    }),
  );
}

/** The structure of a graph, independent of ids and the order of nodes. */
function structure(graph: Graph) {
  const nodes = graph.ids.map((_, i) => {
    const edges = Array.from({ length: graph.edgeStart[i + 1] - graph.edgeStart[i] }, (_, k) => graph.edgeStart[i] + k);
    const g = i < graph.inputCount ? 'input' : graph.activations[graph.activationOf[i]].name;
    return `${g} ${graph.aggregation(i)?.name ?? 'sum'} [${edges
      .map((e) => graph.delay(e))
      .sort((a, b) => a - b)
      .join()}]`;
  });
  return { nodes: nodes.sort(), state: graph.initialState().toSorted(), outputs: graph.outputs.length };
}

test('random graphs with delays and aggregations are exported and imported with the same outputs at each step', () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  for (let k = 0; k < 80; k++) {
    const random = new Random(seed + k);
    const network = networkOf(randomGeneralGraph(random), random);
    expectSameOutputs(network, fromOnnx(toOnnx(network)), random, `seed ${seed + k}`);
  }
});

test.each([
  ['rnn', (builder: GraphBuilder) => rnn(builder, { from: builder.inputs(3), units: 4 })],
  ['lstm', (builder: GraphBuilder) => lstm(builder, { from: builder.inputs(3), units: 4 })],
  [
    'lstm with peepholes',
    (builder: GraphBuilder) => lstm(builder, { from: builder.inputs(2), units: 3, peepholes: true }),
  ],
  ['gru', (builder: GraphBuilder) => gru(builder, { from: builder.inputs(3), units: 4 })],
  [
    'maxPool',
    (builder: GraphBuilder) => maxPool(builder, { from: builder.inputs(16), height: 4, width: 4, kernel: 2 }),
  ],
  [
    'averagePool',
    (builder: GraphBuilder) => averagePool(builder, { from: builder.inputs(16), height: 4, width: 4, kernel: 2 }),
  ],
] as const)('%s has the same nodes, edges, delays and parameters after a round trip', (_, layer) => {
  const builder = new GraphBuilder();
  const units = layer(builder);
  builder.output(...builder.layer(2, { from: units, activation: sigmoid, fixed: { c: 1 }, name: 'y' }));
  const random = new Random(3);
  const network = networkOf(builder.build(), random);
  const back = fromOnnx(toOnnx(network));
  expect(structure(back.graph)).toEqual(structure(network.graph));
  const inputs = sequenceFor(network, random);
  // The parameters are equal, so the outputs are equal up to the order of summation.
  predictSequence(back, inputs).forEach((row, t) =>
    row.forEach((value, k) => expect(value).toBeCloseTo(predictSequence(network, inputs)[t][k], 14)),
  );
});

test('delays of inputs and of nodes with c ≠ 1 keep their number of steps and their initial values', () => {
  const builder = new GraphBuilder();
  builder.input('x');
  builder.node('h', {
    from: ['x', delayed('x', 3), delayed('h', 2, { initial: 0.5 })],
    activation: tanh,
    fixed: { c: 2 },
  });
  builder.output(
    builder.node('y', { from: ['h', delayed('h', 1, { initial: 0.5 })], activation: identity, fixed: { c: 1 } }),
  );
  const network = networkOf(builder.build(), new Random(1));
  const { graph } = fromOnnx(toOnnx(network));
  expect(graph.ids).toHaveLength(3);
  const edges = Array.from({ length: graph.edgeCount }, (_, e) => graph.edgeName(e));
  const hidden = graph.ids[1];
  expect(edges).toEqual(['x', 'x@-3', `${hidden}@-2`, hidden, `${hidden}@-1`]);
  // c = 2 is multiplied into the weights of the edges that read the node, so the state is half of the node's value.
  expect(Array.from(graph.initialState())).toEqual([0, 0, 0, 0.25, 0.25]);
});

/**
 * Encodes a model as another program would write it: an input `x` with two columns, and one input per state. `states`
 * contains the number of columns of each state, by name.
 */
const stepModel = (
  nodes: readonly (readonly [opType: string, input: string, output: string])[],
  states: Readonly<Record<string, number>>,
  outputs: readonly string[],
  initializer: NonNullable<ModelInit['graph']>['initializer'] = [],
): Uint8Array => {
  const valueInfo = (name: string, width: number) => ({
    name,
    type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'N' }, { dimValue: BigInt(width) }] } } },
  });
  return encodeModel({
    irVersion: 8n,
    opsetImport: [{ version: 13n }],
    graph: {
      node: nodes.map(([opType, input, output]) => ({ opType, input: input.split(' '), output: output.split(' ') })),
      initializer,
      input: [valueInfo('x', 2), ...Object.entries(states).map(([name, width]) => valueInfo(name, width))],
      output: outputs.map((name) => ({ name })),
    },
  });
};

describe('the states of a model from another program', () => {
  const tensor = (name: string, dims: readonly number[], floatData: readonly number[]) => ({
    name,
    dataType: 1,
    dims: dims.map(BigInt),
    floatData: [...floatData],
  });

  test('the `states` option defines which inputs are states, and states are initially 0', () => {
    // h' = tanh(x + h); c' = 2 h
    const bytes = stepModel(
      [
        ['Add', 'x h', 's'],
        ['Tanh', 's', 'h_next'],
        ['Mul', 'h two', 'c_next'],
        ['Add', 'c h_next', 'y'],
      ],
      { h: 2, c: 2 },
      ['y', 'h_next', 'c_next'],
      [tensor('two', [], [2])],
    );
    const network = fromOnnx(bytes, { states: { h: 'h_next', c: 'c_next' } });
    expect(network.graph.inputCount).toBe(2);
    expect(network.graph.outputs).toHaveLength(2);
    const inputs = [
      [0.5, -1],
      [0.25, 0],
      [1, 1],
    ];
    let h = [0, 0];
    let c = [0, 0];
    const expected = inputs.map((x) => {
      const next = x.map((value, k) => Math.tanh(value + h[k]));
      const y = next.map((value, k) => value + c[k]);
      [c, h] = [h.map((value) => 2 * value), next];
      return y;
    });
    predictSequence(network, inputs).forEach((row, t) =>
      row.forEach((y, k) => expect(y).toBeCloseTo(expected[t][k], 14)),
    );
  });

  test('the next value of a state can be another state, even in a cycle, or an input', () => {
    const bytes = stepModel(
      [
        ['Identity', 'b', 'a_next'],
        ['Identity', 'x', 'b_next'],
        ['Mul', 'a a', 'square'],
        ['Add', 'square b', 'y'],
      ],
      { a: 2, b: 2 },
      ['y', 'a_next', 'b_next'],
    );
    const network = fromOnnx(bytes, { states: { a: 'a_next', b: 'b_next' } });
    expect(
      predictSequence(network, [
        [1, 2],
        [3, 4],
        [5, 6],
      ]).map((row) => Array.from(row)),
    ).toEqual([
      [0, 0],
      [1, 2],
      [1 + 3, 4 + 4],
    ]);
    const cyclicModel = stepModel(
      [
        ['Identity', 'a', 'b_next'],
        ['Identity', 'b', 'a_next'],
        ['Add', 'x a', 'y'],
      ],
      { a: 2, b: 2 },
      ['y', 'a_next', 'b_next'],
    );
    const cyclic = fromOnnx(cyclicModel, { states: { a: 'a_next', b: 'b_next' } });
    expect(
      predictSequence(cyclic, [
        [1, 2],
        [3, 4],
      ]).map((row) => Array.from(row)),
    ).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test.each([
    ['UNKNOWN_ID', /input.*"g".*"x", "h"/, { g: 'h_next' }, 'h_next'],
    ['UNKNOWN_ID', /output.*"none"/, { h: 'none' }, 'h_next'],
    ['MALFORMED', /State "h".*3 numbers.*received 2/, { h: 'h_next' }, 'h_next'],
    ['UNSUPPORTED', /State "h".*Softmax/, { h: 'p' }, 'p'],
  ])('invalid states throw %s with a message that matches %s', (code, message, states, output) => {
    const bytes = stepModel(
      [
        ['Tanh', 'x', 'h_next'],
        ['Relu', 'x', 'y'],
        ['Softmax', 'x', 'p'],
      ],
      { h: 3 },
      ['y', output],
    );
    const error = errorOf(() => fromOnnx(bytes, { states }));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });

  test('a model is rejected if a state in its metadata is not a tensor of the model', () => {
    const builder = new GraphBuilder();
    builder.output(...rnn(builder, { from: builder.inputs(2), units: 2 }));
    const text = Buffer.from(toOnnx(new Network(builder.build(), { seed: 1 }))).toString('latin1');
    for (const name of ['state', 'next_state']) {
      const renamed = text.replace(`"${name}"`, `"${name.replace('state', 'other')}"`);
      expect(renamed).not.toBe(text);
      const error = errorOf(() => fromOnnx(Buffer.from(renamed, 'latin1')));
      expect([error.code, error.message]).toEqual(['MALFORMED', expect.stringMatching(/nnbp\.states.*other/)]);
    }
  });

  test.each([
    ['[0.5,-0.25,1,2]', undefined],
    [undefined, undefined],
    ['[0.5,-0.25]', /nnbp\.initialState: expected 4 numbers, received 2/],
    ['[0.5,-0.25,1,2,3]', /nnbp\.initialState: expected 4 numbers, received 5/],
    ['[0.5,-0.25,1,"2"]', /nnbp\.initialState: expected a JSON array of finite numbers/],
    ['0.5', /nnbp\.initialState: expected a JSON array of finite numbers/],
    ['[0.5', /nnbp\.initialState: expected a JSON array of finite numbers/],
  ])(
    'the metadata entry nnbp.initialState sets the initial values, and an invalid entry is rejected: %s',
    (initial, message) => {
      const model = decodeModel(
        stepModel(
          [
            ['Tanh', 'x', 'h_next'],
            ['Relu', 's', 's_next'],
            ['Sum', 'x h s', 'y'],
          ],
          { h: 2, s: 2 },
          ['y', 'h_next', 's_next'],
        ),
      );
      const metadata = {
        'nnbp.states': '{"h":"h_next","s":"s_next"}',
        ...(initial && { 'nnbp.initialState': initial }),
      };
      const metadataProps = Object.entries(metadata).map(([key, value]) => ({ key, value }));
      const read = () => fromOnnx(encodeModel({ ...model, metadataProps }));
      if (message === undefined) {
        const values = read().graph.initialState();
        expect(Array.from(values)).toEqual(initial === undefined ? [0, 0, 0, 0] : [0.5, -0.25, 1, 2]);
      } else {
        const error = errorOf(read);
        expect([error.code, error.message]).toEqual(['MALFORMED', expect.stringMatching(message)]);
      }
    },
  );

  test.each(['', '{"state"', 'null', '"state"', '{"state":1}', '["state"]'])(
    'a model is rejected if its metadata entry nnbp.states is %j, not an object of names',
    (states) => {
      const metadataProps = [{ key: 'nnbp.states', value: states }];
      const bytes = encodeModel({ ...decodeModel(stepModel([['Tanh', 'x', 'y']], {}, ['y'])), metadataProps });
      const error = errorOf(() => fromOnnx(bytes));
      expect([error.code, error.message]).toEqual([
        'MALFORMED',
        expect.stringMatching(/nnbp\.states: expected a JSON/),
      ]);
    },
  );

  test('without the `states` option, a state is an ordinary input', () => {
    const bytes = stepModel(
      [
        ['Add', 'x h', 'y'],
        ['Tanh', 'y', 'n'],
      ],
      { h: 2 },
      ['y', 'n'],
    );
    expect(fromOnnx(bytes).graph.inputCount).toBe(4);
  });
});

test('x · x is imported correctly as an operand of both a product and a sum', () => {
  const bytes = stepModel(
    [
      ['Mul', 'x x', 's'],
      ['Relu', 'x', 'r'],
      ['Mul', 's r', 'p'],
      ['Add', 'p s', 'y'],
    ],
    {},
    ['y'],
  );
  const network = fromOnnx(bytes);
  expect(network.predict([2, -3])).toEqual([2 * 2 * 2 + 4, 9]);
  expect(network.graph.aggregations).toEqual([undefined, product]);
});

test('an aggregation and the activation after it become one node', () => {
  const builder = new GraphBuilder();
  builder.output(builder.node('y', { from: builder.inputs(3), activation: tanh, aggregation: max, fixed: { c: 1 } }));
  const network = networkOf(builder.build(), new Random(4));
  const back = fromOnnx(toOnnx(network));
  expect(Array.from(back.parameters.vector)).toEqual(Array.from(network.parameters.vector));
  expect(structure(back.graph)).toEqual(structure(network.graph));
});
