/** Collects the operations and constants of an ONNX model, and encodes the model file. */
import { mismatch } from '@nnbp/core';
import type { FileBytes } from '@nnbp/formats';
import { attributeTypes, dataTypes, encodeModel, type ModelInit } from './schema.js';

type GraphInit = NonNullable<ModelInit['graph']>;
type Node = NonNullable<GraphInit['node']>[number];
type Tensor = NonNullable<GraphInit['initializer']>[number];

/** The attributes of an operation: integers as bigint, floats as number, strings, and lists. */
export type Attributes = Readonly<Record<string, number | bigint | string | readonly bigint[] | readonly string[]>>;

/** A tensor with any number of rows: one per sample, or one per step and sample. */
export interface Table {
  readonly name: string;
  readonly width: number;
}

export interface Frame {
  readonly name: string;
  /** Names of the axes before the columns. Each can have any size. */
  readonly axes: readonly string[];
  readonly inputs: readonly Table[];
  readonly outputs: readonly (Table & {
    /** The tensor that becomes this output. */
    readonly result: string;
  })[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The oldest version of the file format that supports an operator set. */
const irVersionOf = (opset: number): bigint => (opset < 15 ? 7n : opset < 19 ? 8n : 9n);

/** Generated names begin with "/", unlike those of inputs and outputs. */
export class Operations {
  readonly #nodes: Node[] = [];
  readonly #constants: Tensor[] = [];
  /** Axes of the reductions. The axis is an attribute before operator set 18 and an input since then. */
  readonly #reductions = new Map<Node, number>();
  #opset = 13;

  /** Adds an operation and returns the name of its result. */
  add(opType: string, input: readonly string[], attributes: Attributes = {}): string {
    return this.addMany(opType, input, 1, attributes)[0];
  }

  addMany(opType: string, input: readonly string[], results: number, attributes: Attributes = {}): string[] {
    const name = `/${opType}.${this.#nodes.length}`;
    const output = results === 1 ? [name] : Array.from({ length: results }, (_, k) => `${name}.${k}`);
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    this.#nodes.push({ name, opType, input: [...input], output, attribute });
    return output;
  }

  /** Adds a reduction over one axis, which is removed from the result. */
  reduce(opType: string, input: string, axis: number): string {
    const result = this.add(opType, [input], { keepdims: 0n });
    this.#reductions.set(this.#nodes[this.#nodes.length - 1], axis);
    return result;
  }

  /** Adds a float32 constant and returns its name. Default shape: a vector. */
  numbers(values: ArrayLike<number>, dims: readonly number[] = [values.length]): string {
    return this.#constant(Float32Array.from(values), dataTypes.float, dims);
  }

  /** Adds an integer constant (sizes, positions) and returns its name. */
  positions(values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.#constant(BigInt64Array.from(values, BigInt), dataTypes.int64, dims);
  }

  /** Requires at least this operator set. */
  needs(opset: 14 | 18 | 20): void {
    this.#opset = Math.max(this.#opset, opset);
  }

  /** Returns the bytes of the model file. */
  finish({ name, axes, inputs, outputs, metadata }: Frame): FileBytes {
    const computed = new Set(this.#nodes.flatMap((node) => node.output ?? []));
    const names = new Map<string, string>();
    for (const { result, name: output } of outputs) {
      const canRename = computed.has(result) && !names.has(result);
      names.set(canRename ? result : this.add('Identity', [result]), output);
    }
    const renamed = (tensor: string) => names.get(tensor) ?? tensor;
    const node = this.#nodes.map((node): Node => {
      const axis = this.#reductions.get(node);
      const asInput = axis !== undefined && this.#opset >= 18;
      const attribute = [...(node.attribute ?? [])];
      if (axis !== undefined && !asInput) {
        attribute.push({ name: 'axes', type: attributeTypes.ints, ints: [BigInt(axis)] });
      }
      const input = (node.input ?? []).map(renamed);
      if (asInput) input.push(this.positions([axis]));
      return { name: node.name!, opType: node.opType!, input, output: (node.output ?? []).map(renamed), attribute };
    });
    return encodeModel({
      irVersion: irVersionOf(this.#opset),
      producerName: 'nnbp',
      opsetImport: [{ version: BigInt(this.#opset) }],
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name,
        node,
        initializer: this.#constants,
        input: inputs.map((table) => valueInfo(table, axes)),
        output: outputs.map((table) => valueInfo(table, axes)),
      },
    });
  }

  #constant(values: Float32Array | BigInt64Array, dataType: number, dims: readonly number[]): string {
    const name = `/constant.${this.#constants.length}`;
    // ONNX raw data is little-endian, like every platform that runs JavaScript.
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.#constants.push({ name, dataType, dims: dims.map(BigInt), rawData });
    return name;
  }
}

function attributeOf(name: string, value: Attributes[string]): NonNullable<Node['attribute']>[number] {
  if (typeof value === 'bigint') return { name, type: attributeTypes.int, i: value };
  if (typeof value === 'number') {
    if (!Number.isFinite(Math.fround(value)))
      throw mismatch('NOT_FINITE', `The attribute ${name} of an activation`, 'a number in the range of float32', value);
    return { name, type: attributeTypes.float, f: value };
  }
  if (typeof value === 'string') return { name, type: attributeTypes.string, s: new TextEncoder().encode(value) };
  const isIntegers = (list: readonly (bigint | string)[]): list is readonly bigint[] => typeof list[0] === 'bigint';
  if (isIntegers(value)) return { name, type: attributeTypes.ints, ints: [...value] };
  return { name, type: attributeTypes.strings, strings: value.map((text) => new TextEncoder().encode(text)) };
}

const valueInfo = ({ name, width }: Table, axes: readonly string[]) => ({
  name,
  type: {
    tensorType: {
      elemType: dataTypes.float,
      shape: { dim: [...axes.map((dimParam) => ({ dimParam })), { dimValue: BigInt(width) }] },
    },
  },
});
