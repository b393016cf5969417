/**
 * Writes ONNX files field by field, so that tests can write files that no exporter would write. The field numbers are
 * those of onnx.proto.
 */

/** A protobuf field. Bytes can be a nested message. */
type Field = readonly [number: number, value: number | string | Uint8Array];

const varint = (value: number): number[] => (value < 128 ? [value] : [(value % 128) + 128, ...varint(value >> 7)]);

export const message = (...fields: readonly Field[]): Uint8Array =>
  Buffer.concat(
    fields.flatMap(([number, value]) => {
      if (typeof value === 'number') return [Buffer.from([...varint(number * 8), ...varint(value)])];
      const bytes = Buffer.from(value as Uint8Array);
      return [Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes];
    }),
  );

const each = (number: number, values: readonly (string | Uint8Array)[]) =>
  values.map((value): Field => [number, value]);

interface Operation {
  readonly type: string;
  readonly domain?: string;
  readonly name?: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly axis?: number;
}

const operation = ({ type, domain = '', name = '', input, output, axis }: Operation) =>
  message(
    ...each(1, input),
    ...each(2, output),
    [3, name],
    [4, type],
    ...each(5, axis === undefined ? [] : [message([1, 'axis'], [3, axis], [20, 2])]),
    [7, domain],
  );

/** Encodes a float32 tensor with its data in the file, or in another file at `location`. */
export const tensor = (name: string, dims: readonly number[], data: Uint8Array, location?: string): Uint8Array =>
  message(
    ...dims.map((size): Field => [1, size]),
    [2, 1],
    [8, name],
    ...(location === undefined
      ? ([[9, data]] as const)
      : ([
          [13, message([1, 'location'], [2, location])],
          [14, 1],
        ] as const)),
  );

/** Encodes the name and type of an input or output that has one number per sample. */
const column = (name: string) =>
  message([1, name], [2, message([1, message([1, 1], [2, message([1, message([2, 'N'])], [1, message([1, 1])])])])]);

interface Model {
  /** The name and version of the program that wrote the model, and a description. */
  readonly texts?: readonly [string, string, string];
  readonly metadata?: readonly string[];
  readonly name?: string;
  readonly nodes: readonly Operation[];
  readonly tensors: readonly Uint8Array[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Encodes a model whose inputs and outputs are columns. Each string in `metadata` is used as both key and value. */
export const onnxModel = (model: Model): Uint8Array =>
  message(
    [1, 8],
    ...(model.texts ?? []).map((text, k): Field => [[2, 3, 6][k], text]),
    [
      7,
      message(
        ...each(1, model.nodes.map(operation)),
        [2, model.name ?? 'g'],
        ...each(5, model.tensors),
        ...each(11, model.inputs.map(column)),
        ...each(12, model.outputs.map(column)),
      ),
    ],
    [8, message([2, 13])],
    ...each(
      14,
      (model.metadata ?? []).map((key) => message([1, key], [2, key])),
    ),
  );
