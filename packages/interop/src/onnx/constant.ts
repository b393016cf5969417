/** Reads constant tensors, from the model or from external files. */
import { mismatch, NnbpError } from '@nnbp/core';
import { dataTypes, type Proto } from './schema.js';
import { sizeOf } from '../size-of.js';

/** A constant tensor in row-major order. */
export interface Constant {
  readonly dims: readonly number[];
  readonly values: ArrayLike<number>;
  /** Whether some values are unknown (NaN) because they depend on the number of samples or steps. */
  readonly isUnknown?: boolean;
  /** Axes of size 1 that are repeated for each sample or step. */
  readonly repeated?: readonly number[];
}

/** The contents of external files, keyed by the path that the model gives for each file. */
export type ExternalFiles = Readonly<Record<string, Uint8Array>>;

/**
 * How tensors store a data type: the size of a number in bytes, the field for numbers of this type, and a function that
 * reads a number from raw bytes.
 */
interface Storage {
  readonly bytes: number;
  readonly field: 'floatData' | 'doubleData' | 'int32Data' | 'int64Data';
  readonly read: (view: DataView, at: number) => number;
  /** Converts a bit pattern in `field` to a number. Undefined if `field` contains the numbers themselves. */
  readonly ofField?: (value: number) => number;
}

/** Converts float16: a sign bit, 5 bits of exponent, 10 bits of fraction. */
function ofHalf(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** Converts bfloat16: the upper half of a float32. */
const ofBrainFloat = (bits: number): number => new Float32Array(Uint32Array.of(bits << 16).buffer)[0];

const storages: ReadonlyMap<number, Storage> = /* @__PURE__ */ new Map<number, Storage>([
  [dataTypes.float, { bytes: 4, field: 'floatData', read: (view, at) => view.getFloat32(at, true) }],
  [dataTypes.double, { bytes: 8, field: 'doubleData', read: (view, at) => view.getFloat64(at, true) }],
  [
    dataTypes.float16,
    { bytes: 2, field: 'int32Data', read: (view, at) => ofHalf(view.getUint16(at, true)), ofField: ofHalf },
  ],
  [
    dataTypes.bfloat16,
    { bytes: 2, field: 'int32Data', read: (view, at) => ofBrainFloat(view.getUint16(at, true)), ofField: ofBrainFloat },
  ],
  [dataTypes.int32, { bytes: 4, field: 'int32Data', read: (view, at) => view.getInt32(at, true) }],
  [dataTypes.int64, { bytes: 8, field: 'int64Data', read: (view, at) => Number(view.getBigInt64(at, true)) }],
  [dataTypes.bool, { bytes: 1, field: 'int32Data', read: (view, at) => view.getUint8(at) }],
]);

/**
 * Reads the values of a tensor. Its shape is checked against its data before anything is allocated.
 *
 * @throws NnbpError `UNSUPPORTED` (a data type such as int8 or string; an external file that was not passed),
 * `MALFORMED`
 */
export function constant(tensor: Proto<'TensorProto'>, label: string, files: ExternalFiles = {}): Constant {
  const storage = storages.get(tensor.dataType);
  if (storage === undefined) {
    throw new NnbpError(
      'UNSUPPORTED',
      `${label}: expected float, double, float16, bfloat16, int32, int64 or bool (type 1, 11, 10, 16, 6, 7 or 9), ` +
        `received type ${tensor.dataType}. Export the model with float32 weights.`,
    );
  }
  const dims = tensor.dims.map((size) => safeSize(size, label));
  const size = sizeOf(dims);
  const bytes = tensor.dataLocation === 0 ? tensor.rawData : external(tensor, label, files, size * storage.bytes);
  const listed: readonly (number | bigint)[] = tensor[storage.field];
  const isListed = tensor.dataLocation === 0 && listed.length > 0;
  const count = isListed ? listed.length : bytes.length / storage.bytes;
  if (count !== size) {
    const expected = dims.length === 0 ? 'one number' : `${dims.join(' × ')} numbers`;
    throw new NnbpError('MALFORMED', `${label}: expected ${expected} for its shape, received ${count}.`);
  }
  const { read, ofField = Number } = storage;
  if (isListed) return { dims, values: Float64Array.from(listed, (value) => ofField(Number(value))) };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { dims, values: Float64Array.from({ length: size }, (_, k) => read(view, k * storage.bytes)) };
}

/** The bytes of a tensor in an external file, given by path, offset and length. */
function external(
  { externalData }: Proto<'TensorProto'>,
  label: string,
  files: ExternalFiles,
  defaultLength: number,
): Uint8Array {
  const entry = (key: string) => externalData.find((found) => found.key === key)?.value;
  const location = entry('location') ?? '';
  const file = Object.hasOwn(files, location) ? files[location] : undefined;
  if (file === undefined) {
    throw new NnbpError(
      'UNSUPPORTED',
      `${label}: its values are in another file, ${JSON.stringify(location)}. Pass the bytes of that file as files[${JSON.stringify(location)}].`,
    );
  }
  const offset = Number(entry('offset') ?? 0);
  const length = Number(entry('length') ?? defaultLength);
  if (!(offset >= 0 && length >= 0 && offset + length <= file.length)) {
    throw new NnbpError(
      'MALFORMED',
      `${label}: expected ${length} bytes at offset ${offset} of ${JSON.stringify(location)}, which has ${file.length} bytes.`,
    );
  }
  return file.subarray(offset, offset + length);
}

/** Returns the paths of all external files, without duplicates, in the order of the model. */
export function externalPaths(tensors: readonly Proto<'TensorProto'>[]): string[] {
  const outside = tensors.filter(({ dataLocation }) => dataLocation !== 0);
  const paths = outside.flatMap(({ externalData }) => externalData.filter(({ key }) => key === 'location'));
  return [...new Set(paths.map(({ value }) => value))];
}

export function safeSize(size: bigint, label: string): number {
  if (size < 0n || size > Number.MAX_SAFE_INTEGER) {
    throw mismatch('MALFORMED', label, 'sizes from 0 to 2⁵³ − 1', size);
  }
  return Number(size);
}
