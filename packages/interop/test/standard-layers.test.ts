/** Tests that standard layers are recognized by what their nodes compute, and are exported as ONNX operators. */
import { identity, relu, sigmoid, tanh } from '@nnbp/activations';
import { max } from '@nnbp/aggregations';
import { delayed, type Graph, GraphBuilder, Network, predictSequence, Random, type Source } from '@nnbp/core';
import { fromOnnx, toOnnx } from '@nnbp/interop';
import { averagePool, bidirectional, conv1d, conv2d, gru, lstm, maxPool, rnn } from '@nnbp/layers';
import { describe, expect, test } from 'vitest';
import { decodeModel } from '../src/onnx/schema.js';
import { Nodes } from '../src/recognize/nodes.js';
import { recurrentLayers } from '../src/recognize/recurrent.js';
import { windowLayers } from '../src/recognize/windows.js';
import { errorOf } from '../../core/test/error-of.js';
import { operationsOf } from './onnx-models.js';

// checks/interop/onnx-layers.test.mjs compares outputs with onnxruntime.

const random = new Random(5);
const numbers = (count: number) => Array.from({ length: count }, () => random.uniform() - 0.5);

function networkOf(build: (builder: GraphBuilder) => readonly string[]): Network {
  const builder = new GraphBuilder();
  builder.output(...build(builder));
  const network = new Network(builder.build());
  const { vector } = network.parameters;
  vector.forEach((_, p) => (vector[p] = Math.fround((random.uniform() < 0.5 ? -1 : 1) * (0.1 + random.uniform()))));
  return network;
}

/** The nodes as seen by the recognizers, which know either all parameters or only the fixed ones. */
const nodesOf = ({ graph, parameters }: Network, knowsOnlyFixed = false) => {
  const slots = graph.slots(parameters.vector);
  return new Nodes(graph, (slot) => (knowsOnlyFixed && slot < graph.parameterCount ? undefined : slots[slot]));
};
const kindsOf = (network: Network, knowsOnlyFixed = true) =>
  recurrentLayers(nodesOf(network, knowsOnlyFixed)).map(({ kind, units }) => [kind, units.length]);

/** The network with its nodes declared in a different order and with other ids, but with the same parameters. */
function shuffled({ graph, parameters }: Network): Network {
  const { ids, inputCount } = graph;
  const idOf = (i: number) => (i < inputCount ? `x${i}` : `n${(i * 7919) % 10007}`);
  const hidden = ids.map((_, i) => i).slice(inputCount);
  // Nodes can be declared before the nodes they read.
  hidden.sort((a, b) => ((a * 31) % 17) - ((b * 31) % 17) || b - a);
  const builder = new GraphBuilder();
  for (let i = 0; i < inputCount; i++) builder.input(idOf(i));
  const slots = graph.slots(parameters.vector);
  const fixedIn = (slot: number) => (slot < graph.parameterCount ? undefined : slots[slot]);
  for (const i of hidden) {
    const edges = edgesOf(graph, i).reverse();
    const name = (e: number) =>
      graph.delay(e) === 0 ? idOf(graph.predecessors[e]) : `${idOf(graph.predecessors[e])}@-${graph.delay(e)}`;
    const w = edges.flatMap((e) => {
      const value = fixedIn(graph.weightSlot(e, i));
      return value === undefined ? [] : [[name(e), value] as const];
    });
    const b = fixedIn(graph.biasSlot(i));
    const aggregation = graph.aggregation(i);
    builder.node(idOf(i), {
      from: edges.map((e): Source =>
        graph.delay(e) === 0 ? idOf(graph.predecessors[e]) : delayed(idOf(graph.predecessors[e]), graph.delay(e)),
      ),
      activation: graph.activations[graph.activationOf[i]],
      ...(aggregation && { aggregation }),
      fixed: { c: 1, ...(b !== undefined && { b }), w: Object.fromEntries(w) },
    });
  }
  builder.output(...Array.from(graph.outputs, idOf));
  const copy = new Network(builder.build());
  for (const i of hidden) {
    const k = copy.graph.indexOf(idOf(i));
    if (copy.graph.biasIndex(k) >= 0) copy.parameters.vector[copy.graph.biasIndex(k)] = slots[graph.biasSlot(i)];
    const from = edgesOf(graph, i).reverse();
    edgesOf(copy.graph, k).forEach((e, at) => {
      const index = copy.graph.weightIndex(e, k);
      if (index >= 0) copy.parameters.vector[index] = slots[graph.weightSlot(from[at], i)];
    });
  }
  return copy;
}

const edgesOf = (graph: Graph, i: number) =>
  Array.from({ length: graph.edgeStart[i + 1] - graph.edgeStart[i] }, (_, k) => graph.edgeStart[i] + k);

function expectSameSequence(a: Network, b: Network, digits = 6): void {
  const rows = Array.from({ length: 6 }, () => numbers(a.graph.inputCount));
  const expected = predictSequence(a, rows);
  predictSequence(b, rows).forEach((row, t) => row.forEach((x, k) => expect(x).toBeCloseTo(expected[t][k], digits)));
}

const recurrent = [
  ['rnn', 'RNN', (b: GraphBuilder, from: string[]) => rnn(b, { from, units: 4 })],
  ['rnn with relu', 'RNN', (b: GraphBuilder, from: string[]) => rnn(b, { from, units: 4, activation: relu })],
  ['lstm', 'LSTM', (b: GraphBuilder, from: string[]) => lstm(b, { from, units: 4 })],
  ['lstm with peepholes', 'LSTM', (b: GraphBuilder, from: string[]) => lstm(b, { from, units: 4, peepholes: true })],
  ['gru', 'GRU', (b: GraphBuilder, from: string[]) => gru(b, { from, units: 4 })],
  [
    'gru, reset before the weights',
    'GRU',
    (b: GraphBuilder, from: string[]) => gru(b, { from, units: 4, resetAfter: false }),
  ],
] as const;

describe.each(recurrent)('%s', (name, operator, add) => {
  const network = networkOf((b) =>
    b.layer(2, { from: add(b, b.inputs(3)), activation: identity, fixed: { c: 1 }, name: 'y' }),
  );
  const kind = operator.toLowerCase();

  test(`${name} is recognized before and after its nodes are renamed and reordered, and after an ONNX round trip`, () => {
    const other = shuffled(network);
    expectSameSequence(network, other, 14);
    expect(kindsOf(network)).toEqual([[kind, 4]]);
    expect(kindsOf(other)).toEqual([[kind, 4]]);
    // A single-step model does not record which weights are fixed.
    expect(kindsOf(fromOnnx(toOnnx(network)), false)).toEqual([[kind, 4]]);
    expect(kindsOf(fromOnnx(toOnnx(network, { sequences: true })))).toEqual([[kind, 4]]);
  });

  test(`${name} becomes one operator of a sequence model and is imported with the same outputs`, () => {
    for (const each of [network, shuffled(network)]) {
      const bytes = toOnnx(each, { sequences: true });
      expect(operationsOf(bytes).filter((name) => /^(?:RNN|LSTM|GRU)$/.test(name))).toEqual([operator]);
      expectSameSequence(network, fromOnnx(bytes));
    }
  });

  test(`${name} is not recognized if an inner node is an output or if a node outside the layer reads a delayed value of a unit`, () => {
    const { graph } = network;
    const [layer] = recurrentLayers(nodesOf(network));
    const inside = layer.nodes.filter((i) => !layer.units.includes(i));
    for (const i of inside.filter((_, k) => k % 5 === 0)) {
      const changed = networkOf((b) => {
        add(b, b.inputs(3));
        return [graph.ids[i]];
      });
      expect(kindsOf(changed), graph.ids[i]).toEqual([]);
    }
    const delays = networkOf((b) => {
      const units = add(b, b.inputs(3));
      return [b.node('y', { from: [delayed(units[0])], activation: identity }), ...units.slice(1)];
    });
    expect(kindsOf(delays)).toEqual([]);
    expect(errorOf(() => toOnnx(delays, { sequences: true })).code).toBe('UNSUPPORTED');
  });
});

test('initial values become the initial states of the operator', () => {
  const network = networkOf((b) => {
    const from = b.inputs(2);
    const h = ['a', 'b'].map((id) => delayed(id, 1, { initial: id === 'a' ? 0.5 : -0.25 }));
    for (const id of ['a', 'b']) b.node(id, { from: [...from, ...h], activation: tanh, fixed: { c: 1 } });
    return ['a', 'b'];
  });
  const bytes = toOnnx(network, { sequences: true });
  expect(operationsOf(bytes)).toContain('RNN');
  const back = fromOnnx(bytes);
  expect(Array.from(back.graph.initialState())).toEqual([0.5, -0.25]);
  expectSameSequence(network, back);
});

test('a sequence model of recurrent layers, dense layers and aggregations has the same outputs after a round trip', () => {
  const network = networkOf((b) => {
    const x = b.inputs(3);
    const first = lstm(b, { from: x, units: 3, name: 'first' });
    const dense = b.layer(4, { from: [...first, ...x], activation: sigmoid, name: 'dense' });
    const pooled = b.node('pooled', { from: dense.slice(0, 3), activation: tanh, aggregation: max });
    return [...gru(b, { from: [...dense, pooled], units: 2, name: 'second' }), pooled];
  });
  const bytes = toOnnx(network, { sequences: true });
  expect(operationsOf(bytes).filter((name) => /^(?:RNN|LSTM|GRU)$/.test(name))).toEqual(['LSTM', 'GRU']);
  expectSameSequence(network, fromOnnx(bytes));
});

test('a network without delays becomes a sequence model that processes each step separately', () => {
  const network = networkOf((b) => b.layer(2, { from: b.inputs(3), activation: tanh, name: 'y' }));
  const bytes = toOnnx(network, { sequences: true });
  const back = fromOnnx(bytes);
  expect(back.graph.stateSize).toBe(0);
  const row = numbers(3);
  back.predict(row).forEach((x, k) => expect(x).toBeCloseTo(network.predict(row)[k], 6));
});

test('toOnnx with sequences rejects a delay outside standard layers, and the error names its node', () => {
  const network = networkOf((b) => [b.node('y', { from: ['x', delayed(b.input('x'), 2)], activation: tanh })]);
  const error = errorOf(() => toOnnx(network, { sequences: true }));
  expect([error.code, error.message]).toEqual([
    'UNSUPPORTED',
    expect.stringMatching(/"y" has the delayed edge "x@-2".*sequences/),
  ]);
});

describe('convolutions and pooling', () => {
  const layersOf = (network: Network) =>
    windowLayers(nodesOf(network)).map(({ kind, channels, geometry }) => [
      kind,
      channels,
      ...geometry.map(({ kernel, stride, padding, dilation }) => [kernel, stride, ...padding, dilation].join(' ')),
    ]);

  test('convolution and pooling are recognized with their channels, kernel, stride, padding and dilation', () => {
    const network = networkOf((b) => {
      const image = b.inputs(2 * 8 * 9);
      const grid = { from: image, channels: 2, height: 8, width: 9 };
      const first = conv2d(b, { ...grid, kernel: [3, 2], stride: [1, 2], padding: 1, filters: 3, activation: relu });
      // The result of the first convolution is 8 × 5.
      const second = conv2d(b, {
        from: first,
        channels: 3,
        height: 8,
        width: 5,
        kernel: [2, 3],
        dilation: [2, 1],
        filters: 2,
        name: 'c2',
      });
      const pooled = maxPool(b, { from: second, channels: 2, height: 6, width: 3, kernel: [2, 2], stride: [2, 1] });
      return b.layer(2, { from: pooled, activation: identity, name: 'y' });
    });
    expect(layersOf(network)).toEqual([
      ['conv', 2, '3 1 1 1 1', '2 2 1 0 1'],
      ['conv', 3, '2 1 0 0 2', '3 1 0 0 1'],
      ['maxPool', 2, '2 2 0 0 1', '2 1 0 0 1'],
    ]);
    const bytes = toOnnx(network);
    expect(operationsOf(bytes).filter((name) => /Conv|Pool|Gemm/.test(name))).toEqual([
      'Conv',
      'Conv',
      'MaxPool',
      'Gemm',
    ]);
    const back = fromOnnx(bytes);
    expect(back.graph.parameterCount).toBe(network.graph.parameterCount - 2);
    expect(layersOf(back)).toEqual(layersOf(network));
    const row = numbers(2 * 8 * 9);
    back.predict(row).forEach((x, k) => expect(x).toBeCloseTo(network.predict(row)[k], 4));
  });

  test('convolution and pooling layers over a single row are exported as ONNX operators with one axis', () => {
    const network = networkOf((b) => {
      const from = conv1d(b, {
        from: b.inputs(2 * 11),
        channels: 2,
        length: 11,
        kernel: 3,
        stride: 2,
        padding: 1,
        filters: 2,
        activation: tanh,
      });
      return averagePool(b, { from, channels: 2, width: 6, kernel: [1, 2] });
    });
    expect(layersOf(network)).toEqual([
      ['conv', 2, '1 1 0 0 1', '3 2 1 1 1'],
      ['averagePool', 2, '1 1 0 0 1', '2 2 0 0 1'],
    ]);
    const kernelSizes = decodeModel(toOnnx(network)).graph!.node.flatMap(({ opType, attribute }) =>
      attribute.filter(({ name }) => name === 'kernel_shape').map(({ ints }) => [opType, ints]),
    );
    expect(kernelSizes).toEqual([
      ['Conv', [3n]],
      ['AveragePool', [2n]],
    ]);
    const row = numbers(22);
    fromOnnx(toOnnx(network))
      .predict(row)
      .forEach((x, k) => expect(x).toBeCloseTo(network.predict(row)[k], 5));
  });

  test('a convolution is not recognized if one node shares its weights differently or has another predecessor', () => {
    const build = (change: (node: number, sources: string[], positions: number[]) => void) =>
      networkOf((b) => {
        const x = b.inputs(6);
        return Array.from({ length: 4 }, (_, k) => {
          const [sources, positions] = [
            [x[k], x[k + 1], x[k + 2]],
            [0, 1, 2],
          ];
          change(k, sources, positions);
          const w = Object.fromEntries(sources.map((id, at) => [id, `w${positions[at]}`]));
          return b.node(`n${k}`, { from: sources, activation: identity, fixed: { c: 1 }, shared: { b: 'b', w } });
        });
      });
    expect(layersOf(build(() => undefined))).toHaveLength(1);
    const reversedWeights = build((k, _, positions) => k === 2 && positions.reverse());
    const otherSource = build((k, sources) => k === 3 && (sources[0] = 'input.0'));
    const row = numbers(6);
    for (const network of [reversedWeights, otherSource]) {
      expect(layersOf(network)).toEqual([]);
      expect(operationsOf(toOnnx(network))).not.toContain('Conv');
      fromOnnx(toOnnx(network))
        .predict(row)
        .forEach((x, k) => expect(x).toBeCloseTo(network.predict(row)[k], 6));
    }
  });
});

describe('a recurrent layer unrolled over the steps of one sample', () => {
  const steps = (b: GraphBuilder, count: number) => Array.from({ length: count }, (_, t) => b.inputs(2, `s${t}`));
  const recurrentOf = (network: Network) =>
    operationsOf(toOnnx(network)).filter((name) => /^(?:RNN|LSTM|GRU)$/.test(name));
  const expectSame = (a: Network, b: Network) => {
    const rows = Array.from({ length: 4 }, () => numbers(a.graph.inputCount));
    const expected = a.predictBatch(rows).flat();
    b.predictBatch(rows)
      .flat()
      .forEach((x, k) => expect(x).toBeCloseTo(expected[k], 6));
  };

  test.each([
    ['RNN', { cell: 'rnn', activation: relu }],
    ['LSTM', { cell: 'lstm' }],
    ['LSTM', { cell: 'lstm', peepholes: true }],
    ['GRU', { cell: 'gru' }],
    ['GRU', { cell: 'gru', resetAfter: false }],
  ] as const)('a bidirectional layer becomes one %s and keeps its outputs and parameters: %o', (name, cell) => {
    for (const count of [2, 4]) {
      const network = networkOf((b) => bidirectional(b, { steps: steps(b, count), units: 3, ...cell }).flat());
      expect(recurrentOf(network)).toEqual([name]);
      expect(operationsOf(toOnnx(network))).toEqual(['Reshape', 'Transpose', name, 'Transpose', 'Flatten']);
      const back = fromOnnx(toOnnx(network));
      expectSame(network, back);
      expect(back.graph.parameterCount).toBe(network.graph.parameterCount);
      expect(recurrentOf(back)).toEqual([name]);
    }
  });

  test('bidirectional layers are recognized between other layers, even if only some steps are read', () => {
    const network = networkOf((b) => {
      const first = bidirectional(b, { steps: steps(b, 3), cell: 'gru', units: 2, name: 'first' });
      const between = first.map((from, t) => b.layer(2, { from, activation: tanh, name: `between${t}` }));
      const second = bidirectional(b, { steps: between, cell: 'lstm', units: 3, name: 'second' });
      return b.layer(2, { from: [...first[0], ...second[0], ...second[2]], activation: identity, name: 'y' });
    });
    expect(recurrentOf(network)).toEqual(['GRU', 'LSTM']);
    expectSame(network, fromOnnx(toOnnx(network)));
  });

  test('an unrolled layer in one direction becomes one operator with its initial state', () => {
    const network = networkOf((b) => {
      let h = b.node('h0', { from: [], activation: identity, fixed: { b: 0.5, c: 1 } });
      return steps(b, 3).map((from, t) => {
        const shared = { b: 'b', w: { [from[0]]: 'w0', [from[1]]: 'w1', [h]: 'u' } };
        return (h = b.node(`h${t + 1}`, { from: [...from, h], activation: tanh, shared, fixed: { c: 1 } }));
      });
    });
    expect(recurrentOf(network)).toEqual(['RNN']);
    expectSame(network, fromOnnx(toOnnx(network)));
  });

  test.each<[string, (b: GraphBuilder) => string]>([
    [
      'a chain of 20,000 constant nodes',
      (b) => {
        let last = b.node('k0', { from: [], activation: identity, fixed: { b: 0.5, c: 1 } });
        for (let k = 1; k < 20_000; k++) {
          last = b.node(`k${k}`, { from: [last], activation: identity, fixed: { b: 0, c: 1, w: 1 } });
        }
        return last;
      },
    ],
    [
      'pairs of constant nodes with 2^99 paths',
      (b) => {
        let pair = ['p0', 'q0'].map((id) => b.node(id, { from: [], activation: identity, fixed: { b: 0.5, c: 1 } }));
        for (let k = 1; k < 100; k++) {
          const from = pair;
          const fixed = { b: 0, c: 1, w: 0.5 };
          pair = ['p', 'q'].map((name) => b.node(`${name}${k}`, { from, activation: identity, fixed }));
        }
        return pair[0];
      },
    ],
  ])('the initial state of an unrolled layer can be computed by %s', (_, initialState) => {
    const network = networkOf((b) => {
      let h = initialState(b);
      return steps(b, 2).map((from, t) => {
        const shared = { b: 'b', w: { [from[0]]: 'w0', [from[1]]: 'w1', [h]: 'u' } };
        return (h = b.node(`h${t + 1}`, { from: [...from, h], activation: tanh, shared, fixed: { c: 1 } }));
      });
    });
    expect(recurrentOf(network)).toEqual(['RNN']);
    expectSame(network, fromOnnx(toOnnx(network)));
  });

  const cells = (
    b: GraphBuilder,
    options: { stepWithOwnWeight?: number; from?: (h: string, t: number) => string } = {},
  ) => {
    let h = b.node('zero', { from: [], activation: identity, fixed: { b: 0, c: 1 } });
    return [0, 1, 2].map((t) => {
      const x = options.from?.(h, t) ?? b.input(`x${t}`);
      const shared = { b: 'b', w: { [x]: 'w', ...(options.stepWithOwnWeight !== t && { [h]: 'u' }) } };
      return (h = b.node(`h${t}`, { from: [x, h], activation: tanh, shared, fixed: { c: 1 } }));
    });
  };

  test.each<[string, (b: GraphBuilder) => string[]]>([
    ['one step has a separate weight', (b) => cells(b, { stepWithOwnWeight: 1 })],
    [
      'the input of a step depends on an earlier step',
      (b) => {
        b.input('x');
        return cells(b, {
          from: (h, t) => b.node(`x${t}`, { from: t === 2 ? ['x', h] : ['x'], activation: relu }),
        });
      },
    ],
    [
      'the first step reads an input instead of a state',
      (b) => {
        let h = b.input('before');
        return [0, 1].map((t) => {
          const x = b.input(`x${t}`);
          const shared = { b: 'b', w: { [x]: 'w', [h]: 'u' } };
          return (h = b.node(`h${t}`, { from: [x, h], activation: tanh, shared, fixed: { c: 1 } }));
        });
      },
    ],
  ])('an unrolled layer keeps its outputs but does not become an operator if %s', (_, build) => {
    const network = networkOf(build);
    expect(recurrentOf(network)).toEqual([]);
    expectSame(network, fromOnnx(toOnnx(network)));
  });

  test('if another node reads the cell state of one direction of a bidirectional layer, only the other direction becomes an operator', () => {
    const network = networkOf((b) => {
      const h = bidirectional(b, { steps: steps(b, 2), cell: 'lstm', units: 1 });
      return [...h[1], b.node('y', { from: ['bidirectional.forward.0.c.0'], activation: tanh })];
    });
    expect(recurrentOf(network)).toEqual(['LSTM']);
    expectSame(network, fromOnnx(toOnnx(network)));
  });
});

test('a node that reads only constants is constant, unless it reads them with a delay', () => {
  const network = networkOf((b) => {
    b.input('x');
    const fixed = { b: 2, c: 1, w: 3 };
    b.node('two', { from: [], activation: identity, fixed });
    b.node('eight', { from: ['two'], activation: identity, fixed });
    b.node('later', { from: [delayed('two')], activation: identity, fixed });
    return ['eight', 'later', b.node('counter', { from: [delayed('counter')], activation: identity, fixed })];
  });
  const nodes = nodesOf(network);
  const constants = network.graph.ids.map((id, i) => [id, nodes.constant(i)]);
  expect(Object.fromEntries(constants)).toMatchObject({ two: 2, eight: 8, later: undefined, counter: undefined });
});
