/**
 * The container: eight bytes with the length of a JSON header, the header, then numbers and nothing else. Any safetensors
 * reader opens it. What is read comes from strangers: every size is checked before anything is allocated.
 */
import { NnbpError } from '@nnbp/core';
import { expectSparse } from './json-limits.js';

/** A table of numbers with a name. */
export interface Tensor {
  /** Unique in its file. */
  readonly name: string;
  /** Its product is the number of values; empty for a single number. */
  readonly shape: readonly number[];
  /** Row after row. float32 is written as F32, float64 as F64. */
  readonly values: Float32Array | Float64Array;
}

/** What a file holds. */
export interface Tensors {
  /** By name. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** The header's `__metadata__`: texts by name. */
  readonly metadata: ReadonlyMap<string, string>;
}

const kinds = { F32: Float32Array, F64: Float64Array } as const;
const metadataKey = '__metadata__';
/** The limit that other readers of safetensors have too. */
const longestHeader = 100_000_000n;

/** A file of these tensors, in their order. */
export function encode(tensors: readonly Tensor[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const header: [string, unknown][] = [[metadataKey, metadata]];
  let end = 0;
  for (const { name, shape, values } of tensors) {
    const dtype = values instanceof Float32Array ? 'F32' : 'F64';
    header.push([name, { dtype, shape, data_offsets: [end, (end += values.byteLength)] }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  // Spaces, so that numbers begin at a multiple of eight bytes.
  const length = Math.ceil(json.length / 8) * 8;
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
 * What a file holds. Only F32 and F64 are read.
 *
 * @throws NnbpError `MALFORMED`, `UNSUPPORTED` (numbers of another kind)
 */
export function decode(file: Uint8Array): Tensors {
  const malformed = (what: string) => new NnbpError('MALFORMED', `This is no sound safetensors file: ${what}.`);
  if (file.length < 8) throw malformed(`it has ${file.length} bytes, fewer than the 8 of a header's length`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(file.length - 8)) {
    throw malformed(`its header is to have ${length} bytes, and ${file.length - 8} are there`);
  }
  if (length > longestHeader) throw malformed(`its header has ${length} bytes, more than ${longestHeader}`);
  const start = 8 + Number(length);
  const header = parseHeader(file.subarray(8, start), malformed);
  const tensors = new Map<string, Tensor>();
  const metadata = new Map<string, string>();
  let end = 0;
  for (const [name, entry] of header) {
    if (name === metadataKey) {
      for (const [key, text] of entries(entry, malformed, 'its metadata')) {
        if (typeof text !== 'string') throw malformed(`metadata "${key}" is not a text`);
        metadata.set(key, text);
      }
      continue;
    }
    const { dtype, shape, from, to } = extent(name, entry, malformed);
    if (!(dtype in kinds)) {
      throw new NnbpError('UNSUPPORTED', `Tensor "${name}" is of ${dtype}: only F32 and F64 are read.`);
    }
    const { BYTES_PER_ELEMENT: size } = kinds[dtype as keyof typeof kinds];
    const count = (to - from) / size;
    if (shape.reduce((product, side) => product * side, 1) !== count) {
      throw malformed(`tensor "${name}" has shape [${shape.join(', ')}] and room for ${count} numbers`);
    }
    // Tensors stand one after another, so that no byte is read twice.
    if (from !== end || start + to > file.length) {
      throw malformed(`tensor "${name}" should begin at byte ${end} of the numbers and end within the file`);
    }
    end = to;
    const values = new kinds[dtype as keyof typeof kinds](count);
    for (let k = 0; k < count; k++) {
      const at = start + from + k * size;
      values[k] = size === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true);
    }
    tensors.set(name, { name, shape, values });
  }
  if (start + end !== file.length) throw malformed(`${file.length - start - end} bytes are left over at its end`);
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
  expectSparse(text, malformed);
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

function extent(name: string, entry: unknown, malformed: Malformed) {
  const { dtype, shape, data_offsets: offsets } = Object.fromEntries(entries(entry, malformed, `tensor "${name}"`));
  const areCounts = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((side) => Number.isSafeInteger(side) && side >= 0);
  if (typeof dtype !== 'string' || !areCounts(shape) || !areCounts(offsets) || offsets.length !== 2) {
    throw malformed(`tensor "${name}" needs dtype, shape and data_offsets`);
  }
  const [from, to] = offsets;
  if (to < from) throw malformed(`tensor "${name}" ends before it begins`);
  return { dtype, shape, from, to };
}
