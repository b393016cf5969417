import {
  backpropagate,
  backpropagateSequence,
  type Graph,
  GraphBuilder,
  Network,
  type NodeParameters,
} from '@nnbp/core';
import { attention, averagePool, bidirectional, conv1d, conv2d, gru, lstm, maxPool, rnn } from '@nnbp/layers';
import { mse } from '@nnbp/losses';
import { describe, expect, test } from 'vitest';
import cases from './torch/layers.generated.json' with { type: 'json' };

type Numbers = number | readonly Numbers[];
type Tensors = Readonly<Record<string, Numbers>>;

interface Case {
  readonly parameters: Tensors;
  readonly gradients: Tensors;
  readonly inputs: Numbers;
  readonly outputs: Numbers;
  readonly targets: Numbers;
  readonly inputGradients: Numbers;
}

const caseOf = (name: string) => (cases as unknown as Record<string, Case>)[name];
const flat = (numbers: Numbers): number[] => (typeof numbers === 'number' ? [numbers] : numbers.flatMap(flat));
const rows = (numbers: Numbers) => numbers as number[][];

function expectNear(what: string, actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length, what).toBe(expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  actual.forEach((value, k) => {
    expect(Math.abs(value - expected[k]), `${what}[${k}]`).toBeLessThanOrEqual(1e-12 * largest);
  });
}

/** The gates of each kind of layer, in the order of PyTorch's weight rows. */
const parts = { rnn: [''], lstm: ['i', 'f', 'g', 'o'], gru: ['r', 'z', 'n'] } as const;
type Kind = keyof typeof parts;

/**
 * Yields the parameters of a layer's nodes, taken from PyTorch's tensors. `suffix` identifies the layer and direction.
 */
function* nodesOf(
  kind: Kind,
  tensors: Tensors,
  suffix: string,
  name: string,
  inputs: string[],
  units: number,
  hidden: (k: number) => string,
) {
  const [ih, hh] = [rows(tensors[`weight_ih_${suffix}`]), rows(tensors[`weight_hh_${suffix}`])];
  const [bi, bh] = [flat(tensors[`bias_ih_${suffix}`]), flat(tensors[`bias_hh_${suffix}`])];
  for (const [p, part] of parts[kind].entries()) {
    for (let k = 0; k < units; k++) {
      const row = p * units + k;
      const inputWeights = Object.fromEntries(inputs.map((id, j) => [id, ih[row][j]]));
      const recurrentWeights = Object.fromEntries(Array.from({ length: units }, (_, j) => [hidden(j), hh[row][j]]));
      const id = part === '' ? `${name}.${k}` : `${name}.${part}.${k}`;
      if (kind === 'gru' && part === 'n') {
        yield { id, w: inputWeights, b: [bi[row]] };
        yield { id: `${name}.u.${k}`, w: recurrentWeights, b: [bh[row]] };
      } else yield { id, w: { ...inputWeights, ...recurrentWeights }, b: [bi[row], bh[row]] };
    }
  }
}

const layers = { rnn, lstm, gru };

describe.each(['rnn', 'lstm', 'gru'] as const)('%s', (kind) => {
  test(`a network of two ${kind} layers matches the outputs and gradients of PyTorch to within 1e-12`, () => {
    const testCase = caseOf(kind);
    const builder = new GraphBuilder();
    const inputs = builder.inputs(3);
    const first = layers[kind](builder, { from: inputs, units: 4, name: 'first' });
    const second = layers[kind](builder, { from: first, units: 4, name: 'second' });
    builder.output(...second);
    const network = new Network(builder.build());
    const parametersFrom = (tensors: Tensors) => [
      ...nodesOf(kind, tensors, 'l0', 'first', inputs, 4, (k) => `first.${k}@-1`),
      ...nodesOf(kind, tensors, 'l1', 'second', first, 4, (k) => `second.${k}@-1`),
    ];
    for (const { id, b, w } of parametersFrom(testCase.parameters))
      network.setParameters(id, { b: b.reduce((x, y) => x + y), w });

    const pass = backpropagateSequence(network, rows(testCase.inputs), rows(testCase.targets), mse());
    expectNear('outputs', pass.outputs.flat(), flat(testCase.outputs));
    // The gradient of each of PyTorch's two biases equals that of their sum.
    for (const { id, b, w } of parametersFrom(testCase.gradients)) expectGradients(pass.gradients.of(id), id, b[0], w);
  });

  test(`a bidirectional ${kind} layer matches the outputs and gradients of PyTorch to within 1e-12`, () => {
    const testCase = caseOf(`${kind}, bidirectional`);
    const builder = new GraphBuilder();
    const steps = [0, 1, 2, 3, 4].map((t) => builder.inputs(2, `step${t}`));
    for (const ids of bidirectional(builder, { steps, cell: kind, units: 3, name: 'both' })) builder.output(...ids);
    const network = new Network(builder.build());
    const parametersFrom = (tensors: Tensors) => [
      ...nodesOf(kind, tensors, 'l0', 'both.forward.0', steps[0], 3, (k) => `both.forward.zero.${k}`),
      ...nodesOf(kind, tensors, 'l0_reverse', 'both.backward.0', steps[4], 3, (k) => `both.backward.zero.${k}`),
    ];
    for (const { id, b, w } of parametersFrom(testCase.parameters))
      network.setParameters(id, { b: b.reduce((x, y) => x + y), w });

    const pass = backpropagate(network, flat(testCase.inputs), flat(testCase.targets), mse());
    expectNear('outputs', pass.outputs[0], flat(testCase.outputs));
    for (const { id, b, w } of parametersFrom(testCase.gradients)) expectGradients(pass.gradients.of(id), id, b[0], w);
  });
});

function expectGradients(actual: NodeParameters, id: string, b: number, w: Readonly<Record<string, number>>): void {
  expectNear(id, [actual.b!, ...Object.keys(w).map((from) => actual.w[from])], [b, ...Object.values(w)]);
}

describe.each([
  [
    'conv1d',
    (builder: GraphBuilder, from: string[]) =>
      conv1d(builder, { from, channels: 2, length: 9, filters: 3, kernel: 3, stride: 2, padding: 1, dilation: 2 }),
  ],
  [
    'conv2d',
    (builder: GraphBuilder, from: string[]) =>
      conv2d(builder, {
        from,
        channels: 2,
        height: 6,
        width: 5,
        filters: 3,
        kernel: [3, 2],
        stride: [2, 1],
        padding: [1, 1],
        dilation: [1, 2],
      }),
  ],
  [
    'maxPool',
    (builder: GraphBuilder, from: string[]) =>
      maxPool(builder, { from, channels: 2, height: 5, width: 6, kernel: [2, 3], stride: [1, 2] }),
  ],
  [
    'averagePool',
    (builder: GraphBuilder, from: string[]) =>
      averagePool(builder, { from, channels: 2, height: 5, width: 6, kernel: [2, 3], stride: [1, 2] }),
  ],
  [
    'maxPool, default stride',
    (builder: GraphBuilder, from: string[]) => maxPool(builder, { from, channels: 2, width: 7, kernel: [1, 2] }),
  ],
  ['attention', attend],
] as const)('%s', (name, add) => {
  test(`${name} matches the outputs and gradients of PyTorch to within 1e-12`, () => {
    const testCase = caseOf(name);
    const inputs = flat(testCase.inputs);
    const builder = new GraphBuilder();
    builder.output(...add(builder, builder.inputs(inputs.length)));
    const network = new Network(builder.build());
    setFilters(network.graph, network.parameters.vector, testCase.parameters);
    const pass = backpropagate(network, inputs, flat(testCase.targets), mse());
    expectNear('outputs', pass.outputs[0], flat(testCase.outputs));
    const { ids } = network.graph;
    expectNear(
      'dloss/dx',
      inputs.map((_, k) => pass.cache.dLossDx(ids[k])),
      flat(testCase.inputGradients),
    );
    const expected = new Float64Array(network.graph.parameterCount);
    setFilters(network.graph, expected, testCase.gradients);
    expectNear('gradients', [...pass.gradients.vector], [...expected]);
  });
});

/** Sets b and the weights of each filter. */
function setFilters(graph: Graph, vector: Float64Array, { weight, bias }: Tensors): void {
  if (weight === undefined) return;
  const filters = weight as readonly Numbers[];
  const kernels = filters.map(flat);
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    const filter = Math.floor(Number(graph.ids[i].split('.')[1]) / (graph.outputs.length / filters.length));
    vector[graph.biasIndex(i)] = flat(bias)[filter];
  }
  kernels.forEach((kernel, filter) => {
    weightIndices(graph, filter, filters.length).forEach((index, k) => (vector[index] = kernel[k]));
  });
}

/** Returns the parameter indices of a filter's weights. Windows at the border can lack some of them. */
function weightIndices(graph: Graph, filter: number, filters: number): number[] {
  const perFilter = graph.outputs.length / filters;
  let widest: number[] = [];
  for (let n = 0; n < perFilter; n++) {
    const i = graph.outputs[filter * perFilter + n];
    const indices: number[] = [];
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) indices.push(graph.weightIndex(e, i));
    if (indices.length > widest.length) widest = indices;
  }
  return widest;
}

function attend(builder: GraphBuilder, from: string[]): string[] {
  const row = (matrix: number, position: number, width: number) =>
    Array.from({ length: width }, (_, k) => from[9 * matrix + 3 * position + k]);
  return attention(builder, {
    queries: [0, 1].map((i) => row(0, i, 2)),
    keys: [0, 1, 2].map((j) => row(1, j, 2)),
    values: [0, 1, 2].map((j) => row(2, j, 3)),
  }).flat();
}
