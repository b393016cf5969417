/**
 * The shape of an ONNX file: a table of the messages it is made of, with their fields' numbers as ONNX published them.
 * The protobuf library is given the table and does all reading and writing; the types are read off the same table.
 * What this package never uses (subgraphs, sequences, training) is left out, and skipped in files.
 */
import {
  create,
  createFileRegistry,
  type FileRegistry,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { GenMessage } from '@bufbuild/protobuf/codegenv2';
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';
import { expectDecodedSize } from './decoded-size.js';

/** For each message its fields: number, type or message, and `many` for a list. */
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
    floatData: [4, 'float', 'many'],
    int32Data: [5, 'int32', 'many'],
    int64Data: [7, 'int64', 'many'],
    name: [8, 'string'],
    rawData: [9, 'bytes'],
    doubleData: [10, 'double', 'many'],
    externalData: [13, 'StringStringEntryProto', 'many'],
    dataLocation: [14, 'int32'],
  },
  ValueInfoProto: { name: [1, 'string'], type: [2, 'TypeProto'] },
  TypeProto: { tensorType: [1, 'TensorTypeProto'] },
  TensorTypeProto: { elemType: [1, 'int32'], shape: [2, 'TensorShapeProto'] },
  TensorShapeProto: { dim: [1, 'DimensionProto', 'many'] },
  DimensionProto: { dimValue: [1, 'int64'], dimParam: [2, 'string'] },
} as const satisfies Record<string, Record<string, Field>>;

/** `TensorProto.DataType`, as far as numbers of a network are stored in it. */
export const dataTypes = { float: 1, int32: 6, int64: 7, bool: 9, float16: 10, double: 11, bfloat16: 16 } as const;

/** `AttributeProto.AttributeType`. */
export const attributeTypes = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 } as const;

type Scalar = 'string' | 'bytes' | 'float' | 'double' | 'int32' | 'int64';
type Field = readonly [number: number, type: string] | readonly [number: number, type: string, many: 'many'];
type MessageName = keyof typeof messages;

interface ScalarTypes extends Record<Scalar, unknown> {
  string: string;
  bytes: Uint8Array;
  float: number;
  double: number;
  int32: number;
  int64: bigint;
}
type One<T> = T extends Scalar ? ScalarTypes[T] : T extends MessageName ? Proto<T> : never;
type Value<F> = F extends readonly [number, infer T, 'many']
  ? One<T>[]
  : F extends readonly [number, infer T]
    ? One<T>
    : never;
/** A field that is a message of its own may be absent; any other then has its type's zero. */
type Absent<F> = F extends readonly [number, MessageName] ? undefined : never;

/** A decoded message. */
export type Proto<Name extends MessageName> = { readonly $typeName: `onnx.${Name}` } & {
  -readonly [F in keyof (typeof messages)[Name]]:
    Value<(typeof messages)[Name][F]> | Absent<(typeof messages)[Name][F]>;
};

type Schema = GenMessage<Proto<'ModelProto'>>;

/** What `encodeModel` takes: plain objects, fields left out as one likes. */
export type ModelInit = MessageInitShape<Schema>;

const scalars: Readonly<Record<string, Type | undefined>> = {
  string: Type.STRING,
  bytes: Type.BYTES,
  float: Type.FLOAT,
  double: Type.DOUBLE,
  int32: Type.INT32,
  int64: Type.INT64,
};

let registry: FileRegistry | undefined;

function modelSchema(): Schema {
  registry ??= createFileRegistry(
    create(FileDescriptorProtoSchema, {
      name: 'onnx.proto',
      package: 'onnx',
      syntax: 'proto2',
      messageType: Object.entries<Record<string, Field>>(messages).map(([name, fields]) => ({
        name,
        field: Object.entries(fields).map(([field, [number, type, many]]) => ({
          name: field,
          jsonName: field,
          number,
          label: many === undefined ? Label.OPTIONAL : Label.REPEATED,
          type: scalars[type] ?? Type.MESSAGE,
          ...(scalars[type] === undefined && { typeName: `.onnx.${type}` }),
          ...(/^(float|double|int32|int64)Data$/.test(field) && { options: { packed: true } }),
        })),
      })),
    }),
    () => undefined,
  );
  return registry.getMessage('onnx.ModelProto') as Schema;
}

/** The file of a model. */
export const encodeModel = (model: ModelInit): Uint8Array => toBinary(modelSchema(), create(modelSchema(), model));

/**
 * The model of a file.
 *
 * @throws NnbpError `TOO_LARGE`; whatever the protobuf library throws at bytes that are no model
 */
export const decodeModel = (bytes: Uint8Array): Proto<'ModelProto'> => {
  expectDecodedSize(messages, 'ModelProto', bytes);
  return fromBinary(modelSchema(), bytes, { readUnknownFields: false });
};
