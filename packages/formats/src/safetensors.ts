/**
 * The safetensors container: eight bytes with the length of a JSON header, the header, then the numbers. Files are
 * untrusted: every size is checked before memory is allocated.
 */
import { NnbpError } from '@nnbp/core';
import { expectJsonLimits } from './json-limits.js';
import type { FileBytes } from './file-bytes.js';

export interface Tensor {
  /** Unique in its file. */
  readonly name: string;
  /** Empty for a scalar. */
  readonly shape: readonly number[];
  /** Values in row-major order. float32 is written as F32, float64 as F64. */
  readonly values: Float32Array | Float64Array;
}

export interface Tensors {
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** `__metadata__` of the header. */
  readonly metadata: ReadonlyMap<string, string>;
}

const kinds = { F32: Float32Array, F64: Float64Array } as const;
const metadataKey = '__metadata__';
/** Maximum length of the header, the same as in other safetensors readers. */
const maxHeaderLength = 100_000_000;

/** @throws NnbpError `TOO_LARGE` (a header of more than 100 MB, which no reader accepts) */
export function encode(tensors: readonly Tensor[], metadata: Readonly<Record<string, string>>): FileBytes {
  const header: [string, unknown][] = [[metadataKey, metadata]];
  let end = 0;
  for (const { name, shape, values } of tensors) {
    const dtype = values instanceof Float32Array ? 'F32' : 'F64';
    header.push([name, { dtype, shape, data_offsets: [end, (end += values.byteLength)] }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  // Pad with spaces, so that the numbers are aligned to eight bytes.
  const length = Math.ceil(json.length / 8) * 8;
  if (length > maxHeaderLength) {
    throw new NnbpError(
      'TOO_LARGE',
      `The header, with all node ids, edges and metadata, takes ${length} bytes: expected at most ${maxHeaderLength}.`,
    );
  }
  const file = new Uint8Array(8 + length + end);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(length), true);
  file.fill(0x20, 8, 8 + length).set(json, 8);
  let at = 8 + length;
  for (const { values } of tensors) {
    for (const value of values) {
      if (values instanceof Float32Array) view.setFloat32(at, value, true);
      else view.setFloat64(at, value, true);
      at += values.BYTES_PER_ELEMENT;
    }
  }
  return file;
}

/**
 * @throws NnbpError `MALFORMED`, `TOO_LARGE` (more than about 13,000 tensors), `UNSUPPORTED` (a type other than F32 and
 * F64)
 */
export function decode(file: Uint8Array): Tensors {
  const malformed = (what: string) => new NnbpError('MALFORMED', `Invalid safetensors file: ${what}.`);
  if (file.length < 8) throw malformed(`it has ${file.length} bytes, fewer than the 8 bytes of the header length`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(file.length - 8)) {
    throw malformed(`its header should have ${length} bytes, but only ${file.length - 8} follow`);
  }
  if (length > BigInt(maxHeaderLength)) throw malformed(`its header has ${length} bytes, more than ${maxHeaderLength}`);
  const start = 8 + Number(length);
  const header = parseHeader(file.subarray(8, start), malformed);
  const metadata = new Map<string, string>();
  const extents: Extent[] = [];
  for (const [name, entry] of header) {
    if (name !== metadataKey) {
      extents.push(extent(name, entry, malformed));
      continue;
    }
    for (const [key, text] of entries(entry, malformed, 'its metadata')) {
      if (typeof text !== 'string') throw malformed(`metadata "${key}" is not a string`);
      metadata.set(key, text);
    }
  }
  expectTiled(extents, file.length - start, malformed);
  const tensors = new Map(extents.map((where) => [where.name, tensor(view, start, where)]));
  return { tensors, metadata };
}

type Malformed = (what: string) => NnbpError;

function parseHeader(bytes: Uint8Array, malformed: Malformed): [string, unknown][] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw malformed('its header is not UTF-8');
  }
  // This limits the number of tensors: each has about 11 structural characters in the header, and takes a kilobyte of
  // memory in addition to its numbers.
  expectJsonLimits(text, 'The header of the file', 2 ** 17 + text.length / 64);
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw malformed('its header is not JSON');
  }
  return entries(header, malformed, 'its header');
}

function entries(value: unknown, malformed: Malformed, what: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(`${what} is not an object`);
  return Object.entries(value);
}

/** The header entry of a tensor. `from` and `to` are the byte range of the values, relative to the end of the header. */
interface Extent {
  readonly name: string;
  readonly dtype: keyof typeof kinds;
  readonly shape: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** Throws unless the type is supported and the byte range fits the shape. */
function extent(name: string, entry: unknown, malformed: Malformed): Extent {
  const { dtype, shape, data_offsets: offsets } = Object.fromEntries(entries(entry, malformed, `tensor "${name}"`));
  const areCounts = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((side) => Number.isSafeInteger(side) && side >= 0);
  if (typeof dtype !== 'string' || !areCounts(shape) || !areCounts(offsets) || offsets.length !== 2) {
    throw malformed(`tensor "${name}" needs dtype, shape and data_offsets`);
  }
  if (dtype !== 'F32' && dtype !== 'F64') {
    throw new NnbpError('UNSUPPORTED', `Tensor "${name}" has dtype ${dtype}: expected F32 or F64.`);
  }
  const [from, to] = offsets;
  const count = (to - from) / kinds[dtype].BYTES_PER_ELEMENT;
  if (shape.reduce((product, side) => product * side, 1) !== count) {
    throw malformed(`tensor "${name}" has shape [${shape.join(', ')}], but bytes for ${count} numbers`);
  }
  return { name, dtype, shape, from, to };
}

/** Checks that the tensors fill the file without gaps or overlaps. They can be in any order. */
function expectTiled(extents: readonly Extent[], bytes: number, malformed: Malformed): void {
  let end = 0;
  for (const { name, from, to } of [...extents].sort((one, other) => one.from - other.from || one.to - other.to)) {
    if (from !== end || to > bytes) {
      throw malformed(`tensor "${name}" should begin at byte ${end} of the numbers and end within the file`);
    }
    end = to;
  }
  if (end !== bytes) throw malformed(`${bytes - end} bytes are left over at its end`);
}

function tensor(view: DataView, start: number, { name, dtype, shape, from, to }: Extent): Tensor {
  const size = kinds[dtype].BYTES_PER_ELEMENT;
  const values = new kinds[dtype]((to - from) / size);
  for (let k = 0, at = start + from; k < values.length; k++, at += size) {
    values[k] = dtype === 'F32' ? view.getFloat32(at, true) : view.getFloat64(at, true);
  }
  return { name, shape, values };
}
