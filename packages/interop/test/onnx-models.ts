/** Networks and models that the tests of ONNX have in common. */
import { randomGraph, randomParameters } from '@nnbp/conformance';
import { Network, type Random } from '@nnbp/core';
import { decodeModel, encodeModel } from '../src/onnx/schema.js';

export const operationsOf = (bytes: Uint8Array) => decodeModel(bytes).graph!.node.map(({ opType }) => opType);
/** A network of numbers that float32 holds, none of them 0, so that no edge is taken for a hole. */
export function randomNetwork(random: Random, graph = randomGraph(random, { nodes: 80 })): Network {
  const network = new Network(graph);
  network.parameters.vector.set(randomParameters(graph, random));
  return network;
}

export const randomRows = (random: Random, width: number, samples = 5) =>
  Array.from({ length: samples }, () => Array.from({ length: width }, () => 4 * random.uniform() - 2));

/** The largest difference of what two networks say of the same rows, in the size of the numbers. */
export function difference(a: Network, b: Network, rows: readonly number[][]): number {
  const [first, second] = [a.predictBatch(rows), b.predictBatch(rows)];
  return Math.max(...first.flat().map((x, k) => Math.abs(x - second.flat()[k]) / Math.max(1, Math.abs(x))));
}

/** A model as another program would write it: float32 numbers, `null` for the batch. */
export function foreign(model: {
  readonly inputs: Readonly<Record<string, readonly (number | null)[]>>;
  readonly nodes: readonly (readonly [
    op: string,
    inputs: string,
    outputs: string,
    attributes?: Record<string, unknown>,
  ])[];
  readonly numbers?: Readonly<Record<string, readonly [dims: readonly number[], values: readonly number[]]>>;
  readonly whole?: Readonly<Record<string, readonly number[]>>;
  readonly outputs: string;
}): Uint8Array {
  const attribute = ([name, value]: [string, unknown]) => {
    if (typeof value === 'bigint') return { name, i: value, type: 2 };
    if (typeof value === 'number') return { name, f: value, type: 1 };
    return { name, s: new TextEncoder().encode(String(value)), type: 3 };
  };
  const named = (names: string) => (names === '' ? [] : names.split(' ').map((name) => (name === '-' ? '' : name)));
  return encodeModel({
    irVersion: 8n,
    producerName: 'someone else',
    opsetImport: [{ domain: '', version: 17n }],
    graph: {
      name: 'foreign',
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
        ...Object.entries(model.whole ?? {}).map(([name, values]) => ({
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
