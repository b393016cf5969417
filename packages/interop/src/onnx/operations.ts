/** An ONNX model while it is written: think of a recipe to which one adds steps, each giving its result a name. */
import { attributeTypes, dataTypes, encodeModel, type ModelInit } from './schema.js';

type GraphInit = NonNullable<ModelInit['graph']>;
type Node = NonNullable<GraphInit['node']>[number];
type Tensor = NonNullable<GraphInit['initializer']>[number];

/** What an operation is told beside its tensors: whole numbers as bigint, any other as number. */
export type Attributes = Readonly<Record<string, number | bigint>>;

/** What the finished model says of itself. */
export interface Frame {
  readonly name: string;
  readonly input: { readonly name: string; readonly width: number };
  readonly output: { readonly name: string; readonly width: number };
  readonly metadata: Readonly<Record<string, string>>;
}

/** For each operator set in use, the oldest format of file that has it. */
const irVersionOf = (opset: number): bigint => (opset < 15 ? 7n : opset < 19 ? 8n : 9n);

/** Collects operations and their constants. Names it makes begin with "/", which no input or output does. */
export class Operations {
  readonly #nodes: Node[] = [];
  readonly #constants: Tensor[] = [];
  #opset = 13;

  /** Adds an operation and returns the name of its result. */
  add(opType: string, input: readonly string[], attributes: Attributes = {}): string {
    return this.addMany(opType, input, 1, attributes)[0];
  }

  /** Adds an operation with several results. */
  addMany(opType: string, input: readonly string[], results: number, attributes: Attributes = {}): string[] {
    const name = `/${opType}.${this.#nodes.length}`;
    const output = results === 1 ? [name] : Array.from({ length: results }, (_, k) => `${name}.${k}`);
    const attribute = Object.entries(attributes).map(([key, value]) =>
      typeof value === 'bigint'
        ? { name: key, type: attributeTypes.int, i: value }
        : { name: key, type: attributeTypes.float, f: value },
    );
    this.#nodes.push({ name, opType, input: [...input], output, attribute });
    return output;
  }

  /** Adds numbers as float32 and returns their name; `dims` is one row unless given. */
  numbers(values: ArrayLike<number>, dims: readonly number[] = [values.length]): string {
    return this.#constant(Float32Array.from(values), dataTypes.float, dims);
  }

  /** Adds whole numbers: sizes and positions. */
  positions(values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.#constant(BigInt64Array.from(values, BigInt), dataTypes.int64, dims);
  }

  /** Says that an operation needs at least this operator set. */
  needs(opset: 14 | 18 | 20): void {
    this.#opset = Math.max(this.#opset, opset);
  }

  /** The file of the model whose result is the tensor `result`. */
  finish(result: string, frame: Frame): Uint8Array {
    const made = this.#nodes.some((node) => node.output?.includes(result));
    const last = made ? result : this.add('Identity', [result]);
    const renamed = (name: string) => (name === last ? frame.output.name : name);
    return encodeModel({
      irVersion: irVersionOf(this.#opset),
      producerName: 'nnbp',
      opsetImport: [{ version: BigInt(this.#opset) }],
      metadataProps: Object.entries(frame.metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name: frame.name,
        node: this.#nodes.map((node) => ({
          ...node,
          input: node.input?.map(renamed) ?? [],
          output: node.output?.map(renamed) ?? [],
        })),
        initializer: this.#constants,
        input: [rows(frame.input)],
        output: [rows(frame.output)],
      },
    });
  }

  #constant(values: Float32Array | BigInt64Array, dataType: number, dims: readonly number[]): string {
    const name = `/constant.${this.#constants.length}`;
    // ONNX wants little-endian, which is what every platform with JavaScript has.
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.#constants.push({ name, dataType, dims: dims.map(BigInt), rawData });
    return name;
  }
}

/** A table with any number of rows, one a sample. */
const rows = ({ name, width }: { readonly name: string; readonly width: number }) => ({
  name,
  type: {
    tensorType: {
      elemType: dataTypes.float,
      shape: { dim: [{ dimParam: 'batch' }, { dimValue: BigInt(width) }] },
    },
  },
});
