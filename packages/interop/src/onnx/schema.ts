/**
 * The protobuf schema of ONNX files: messages with their fields and field numbers. `wire.ts` reads and writes messages
 * according to this table, and the types are derived from it. Unused parts (subgraphs, sequences, training) are left
 * out of the table and skipped when a file is read.
 */
import type { FileBytes } from '@nnbp/formats';
import { decode, encode, type Messages, type Scalar } from './wire.js';

/**
 * The fields of each message. An entry is the field number, the type (a scalar type or the name of a message) and, for
 * a list, `many` or `packed`; see `Field`.
 */
const messages = {
  ModelProto: {
    irVersion: [1, 'int64'],
    producerName: [2, 'string'],
    producerVersion: [3, 'string'],
    docString: [6, 'string'],
    graph: [7, 'GraphProto'],
    opsetImport: [8, 'OperatorSetIdProto', 'many'],
    metadataProps: [14, 'StringStringEntryProto', 'many'],
  },
  OperatorSetIdProto: { domain: [1, 'string'], version: [2, 'int64'] },
  StringStringEntryProto: { key: [1, 'string'], value: [2, 'string'] },
  GraphProto: {
    node: [1, 'NodeProto', 'many'],
    name: [2, 'string'],
    initializer: [5, 'TensorProto', 'many'],
    sparseInitializer: [15, 'SparseTensorProto', 'many'],
    input: [11, 'ValueInfoProto', 'many'],
    output: [12, 'ValueInfoProto', 'many'],
  },
  NodeProto: {
    input: [1, 'string', 'many'],
    output: [2, 'string', 'many'],
    name: [3, 'string'],
    opType: [4, 'string'],
    attribute: [5, 'AttributeProto', 'many'],
    domain: [7, 'string'],
  },
  AttributeProto: {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    t: [5, 'TensorProto'],
    floats: [7, 'float', 'many'],
    ints: [8, 'int64', 'many'],
    strings: [9, 'bytes', 'many'],
    type: [20, 'int32'],
  },
  TensorProto: {
    dims: [1, 'int64', 'many'],
    dataType: [2, 'int32'],
    floatData: [4, 'float', 'packed'],
    int32Data: [5, 'int32', 'packed'],
    int64Data: [7, 'int64', 'packed'],
    name: [8, 'string'],
    rawData: [9, 'bytes'],
    doubleData: [10, 'double', 'packed'],
    externalData: [13, 'StringStringEntryProto', 'many'],
    dataLocation: [14, 'int32'],
  },
  SparseTensorProto: { values: [1, 'TensorProto'] },
  ValueInfoProto: { name: [1, 'string'], type: [2, 'TypeProto'] },
  TypeProto: { tensorType: [1, 'TensorTypeProto'] },
  TensorTypeProto: { elemType: [1, 'int32'], shape: [2, 'TensorShapeProto'] },
  TensorShapeProto: { dim: [1, 'DimensionProto', 'many'] },
  DimensionProto: { dimValue: [1, 'int64'], dimParam: [2, 'string'] },
} as const satisfies Messages;

/** The values of `TensorProto.DataType` that are supported. */
export const dataTypes = { float: 1, int32: 6, int64: 7, bool: 9, float16: 10, double: 11, bfloat16: 16 } as const;

/** Whether an ONNX type is float, float16, double or bfloat16. */
export function isFloatType(type: number): boolean {
  const { float, float16, double, bfloat16 } = dataTypes;
  return [float, float16, double, bfloat16].some((each) => each === type);
}

/** `AttributeProto.AttributeType`. */
export const attributeTypes = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 } as const;

type Table = typeof messages;
type MessageName = keyof Table;

interface ScalarTypes extends Record<Scalar, unknown> {
  string: string;
  bytes: Uint8Array;
  float: number;
  double: number;
  int32: number;
  int64: bigint;
}
type One<T> = T extends Scalar ? ScalarTypes[T] : T extends MessageName ? Proto<T> : never;
type Value<F> = F extends readonly [number, infer T, 'many' | 'packed']
  ? One<T>[]
  : F extends readonly [number, infer T]
    ? One<T>
    : never;
/**
 * A missing field whose type is a message is undefined. A missing field of another type has the zero value of its type.
 */
type Absent<F> = F extends readonly [number, MessageName] ? undefined : never;

/** A decoded message. */
export type Proto<Name extends MessageName> = {
  -readonly [F in keyof Table[Name]]: Value<Table[Name][F]> | Absent<Table[Name][F]>;
};

type OneInit<T> = T extends Scalar ? ScalarTypes[T] : T extends MessageName ? Init<T> : never;
type ValueInit<F> = F extends readonly [number, infer T, 'many' | 'packed']
  ? readonly OneInit<T>[]
  : F extends readonly [number, infer T]
    ? OneInit<T>
    : never;
type Init<Name extends MessageName> = { readonly [F in keyof Table[Name]]?: ValueInit<Table[Name][F]> | undefined };

/** The argument of `encodeModel`: plain objects in which all fields are optional. */
export type ModelInit = Init<'ModelProto'>;

export const encodeModel = (model: ModelInit): FileBytes => encode(messages, 'ModelProto', model);

/** Decodes a model file. Throws an `Error` if it is invalid, or `TOO_LARGE` if it would need too much memory. */
export const decodeModel = (bytes: Uint8Array): Proto<'ModelProto'> =>
  decode(messages, 'ModelProto', bytes) as Proto<'ModelProto'>;
