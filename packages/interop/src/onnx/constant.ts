/** A tensor of numbers that a model brings with it. */
import { NnbpError } from '@nnbp/core';
import { dataTypes, type Proto } from './schema.js';

/** Numbers with a shape, the last axis running fastest. */
export interface Constant {
  readonly dims: readonly number[];
  readonly values: ArrayLike<number>;
}

/** How a type of numbers is stored: bytes each, the field for numbers one by one, how to read one of the bytes. */
interface Storage {
  readonly bytes: number;
  readonly field: 'floatData' | 'doubleData' | 'int32Data' | 'int64Data';
  readonly read: (view: DataView, at: number) => number;
}

const storages: ReadonlyMap<number, Storage> = /* @__PURE__ */ new Map<number, Storage>([
  [dataTypes.float, { bytes: 4, field: 'floatData', read: (view, at) => view.getFloat32(at, true) }],
  [dataTypes.double, { bytes: 8, field: 'doubleData', read: (view, at) => view.getFloat64(at, true) }],
  [dataTypes.int32, { bytes: 4, field: 'int32Data', read: (view, at) => view.getInt32(at, true) }],
  [dataTypes.int64, { bytes: 8, field: 'int64Data', read: (view, at) => Number(view.getBigInt64(at, true)) }],
  [dataTypes.bool, { bytes: 1, field: 'int32Data', read: (view, at) => view.getUint8(at) }],
]);

/**
 * The numbers of a tensor. What its shape asks for is compared with what is there before anything is allocated.
 *
 * @throws NnbpError `UNSUPPORTED` (a type that is no number of a network; data in another file), `MALFORMED`
 */
export function constant(tensor: Proto<'TensorProto'>, label: string): Constant {
  const storage = storages.get(tensor.dataType);
  if (storage === undefined) {
    throw new NnbpError(
      'UNSUPPORTED',
      `${label}: expected float, double, int32, int64 or bool (type 1, 11, 6, 7 or 9), found type ${tensor.dataType}.`,
    );
  }
  if (tensor.dataLocation !== 0) {
    throw new NnbpError('UNSUPPORTED', `${label}: its numbers are in another file; expected them in the model.`);
  }
  const dims = tensor.dims.map((size) => wholeSize(size, label));
  const size = product(dims);
  const listed: readonly (number | bigint)[] = tensor[storage.field];
  const found = listed.length > 0 ? listed.length : tensor.rawData.length / storage.bytes;
  if (found !== size) {
    throw new NnbpError('MALFORMED', `${label}: its shape is ${dims.join(' × ')}, but there are ${found} numbers.`);
  }
  if (listed.length > 0) return { dims, values: Float64Array.from(listed, Number) };
  const view = new DataView(tensor.rawData.buffer, tensor.rawData.byteOffset, tensor.rawData.byteLength);
  return { dims, values: Float64Array.from({ length: size }, (_, k) => storage.read(view, k * storage.bytes)) };
}

/** A size that can be counted with. */
export function wholeSize(size: bigint, label: string): number {
  if (size < 0n || size > Number.MAX_SAFE_INTEGER) {
    throw new NnbpError('MALFORMED', `${label}: expected sizes from 0, found ${size}.`);
  }
  return Number(size);
}

/** How many entries a shape has. */
export const product = (dims: readonly number[]): number => dims.reduce((all, size) => all * size, 1);
