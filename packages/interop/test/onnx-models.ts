/** Creates networks and models for the ONNX tests. */
import { randomGraph, randomParameters } from '@nnbp/conformance';
import { Network, type Random } from '@nnbp/core';
import { decodeModel, encodeModel } from '../src/onnx/schema.js';

export const operationsOf = (bytes: Uint8Array) => decodeModel(bytes).graph!.node.map(({ opType }) => opType);

/** A network whose parameters are exact in float32 and not 0, so that no edge is omitted. */
export function randomNetwork(random: Random, graph = randomGraph(random, { nodes: 80 })): Network {
  const network = new Network(graph);
  network.parameters.vector.set(randomParameters(graph, random));
  return network;
}

export const randomRows = (random: Random, width: number, samples = 5) =>
  Array.from({ length: samples }, () => Array.from({ length: width }, () => 4 * random.uniform() - 2));

/** The maximum difference between the outputs of `a` and `b`: relative for |output| > 1, else absolute. */
export function difference(a: Network, b: Network, rows: readonly number[][]): number {
  const [first, second] = [a.predictBatch(rows), b.predictBatch(rows)];
  return Math.max(...first.flat().map((x, k) => Math.abs(x - second.flat()[k]) / Math.max(1, Math.abs(x))));
}

/**
 * Encodes a model. `numbers` become float32 tensors, `integers` int64 tensors. A dimension of `null` has no fixed size.
 * In `nodes` and `outputs`, names are separated by spaces, and `-` stands for an omitted input or output.
 */
export function onnxModel(model: {
  readonly inputs: Readonly<Record<string, readonly (number | null)[]>>;
  readonly nodes: readonly (readonly [
    op: string,
    inputs: string,
    outputs: string,
    attributes?: Record<string, unknown>,
  ])[];
  readonly numbers?: Readonly<Record<string, readonly [dims: readonly number[], values: readonly number[]]>>;
  readonly integers?: Readonly<Record<string, readonly number[]>>;
  readonly outputs: string;
}): Uint8Array {
  const attribute = ([name, value]: [string, unknown]) => {
    if (typeof value === 'bigint') return { name, i: value, type: 2 };
    if (typeof value === 'number') return { name, f: value, type: 1 };
    if (Array.isArray(value) && typeof value[0] === 'string') {
      return { name, strings: value.map((text) => new TextEncoder().encode(String(text))), type: 8 };
    }
    if (Array.isArray(value)) return { name, ints: value.map((size) => BigInt(size as number)), type: 7 };
    return { name, s: new TextEncoder().encode(String(value)), type: 3 };
  };
  const named = (names: string) => (names === '' ? [] : names.split(' ').map((name) => (name === '-' ? '' : name)));
  return encodeModel({
    irVersion: 8n,
    producerName: 'another program',
    opsetImport: [{ domain: '', version: 17n }],
    graph: {
      name: 'onnxModel',
      node: model.nodes.map(([opType, inputs, outputs, attributes = {}], k) => ({
        name: `node ${k}`,
        opType,
        input: named(inputs),
        output: named(outputs),
        attribute: Object.entries(attributes).map(attribute),
      })),
      initializer: [
        ...Object.entries(model.numbers ?? {}).map(([name, [dims, values]]) => ({
          name,
          dataType: 1,
          dims: dims.map(BigInt),
          floatData: [...values],
        })),
        ...Object.entries(model.integers ?? {}).map(([name, values]) => ({
          name,
          dataType: 7,
          dims: [BigInt(values.length)],
          int64Data: values.map(BigInt),
        })),
      ],
      input: Object.entries(model.inputs).map(([name, dims]) => ({
        name,
        type: {
          tensorType: {
            elemType: 1,
            shape: { dim: dims.map((size) => (size === null ? { dimParam: 'N' } : { dimValue: BigInt(size) })) },
          },
        },
      })),
      output: named(model.outputs).map((name) => ({ name })),
    },
  });
}

/** Numbers between −1 and 1 that are exact in float32 and not 0. */
export const someNumbers = (count: number): number[] =>
  Array.from({ length: count }, (_, k) => Math.fround(Math.sin(7 * k + 1)));

/** A model with an `LSTM` and a linear output that reads all its units. */
export const lstmModel = ({ inputs, units }: { readonly inputs: number; readonly units: number }): Uint8Array =>
  onnxModel({
    inputs: { x: [null, null, inputs] },
    nodes: [
      ['LSTM', 'x W R B', 'all last cell', { hidden_size: BigInt(units) }],
      ['Squeeze', 'all axis', 'h'],
      ['MatMul', 'h V', 'y'],
    ],
    numbers: {
      W: [[1, 4 * units, inputs], someNumbers(4 * units * inputs)],
      R: [[1, 4 * units, units], someNumbers(4 * units * units)],
      B: [[1, 8 * units], someNumbers(8 * units)],
      V: [[units, 1], someNumbers(units)],
    },
    integers: { axis: [1] },
    outputs: 'y',
  });

/** A model with a convolution (two filters, a 4 × 4 image), max pooling, and average pooling. */
export const convolutionModel = (): Uint8Array =>
  onnxModel({
    inputs: { x: [null, 1, 4, 4] },
    nodes: [
      ['Conv', 'x W B', 'c', { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }],
      ['Relu', 'c', 'r'],
      ['MaxPool', 'r', 'm', { kernel_shape: [2, 2], strides: [2, 2] }],
      ['AveragePool', 'm', 'a', { kernel_shape: [2, 1] }],
      ['Flatten', 'a', 'y'],
    ],
    numbers: { W: [[2, 1, 3, 3], someNumbers(18)], B: [[2], someNumbers(2)] },
    outputs: 'y',
  });
