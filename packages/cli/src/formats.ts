/** The formats a model can have on disk: how each is told from the others, read and written. */
import type { Network } from '@nnbp/core';
import { fromJson, fromOnnx, load, save, toJson, toOnnx } from '@nnbp/formats';
import { suggestion } from './nearest.js';
import { misuse, Problem } from './problem.js';

/** What a file gives. */
export interface Read {
  readonly network: Network;
  /** Only the nnbp format has it. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** One format. What it cannot do, it lacks. */
export interface Format {
  readonly name: string;
  /** For the help. */
  readonly what: string;
  readonly extensions: readonly string[];
  /** Whether the content can be of this format; where it is JSON, `json` is its value. */
  readonly fits: (bytes: Uint8Array, json: unknown) => boolean;
  readonly read?: (bytes: Uint8Array) => Read;
  readonly write?: (model: Read) => Uint8Array | string;
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Whether a JSON value is an object with all these keys. */
const has =
  (...keys: readonly string[]) =>
  (_: Uint8Array, json: unknown) =>
    typeof json === 'object' && json !== null && keys.every((key) => Object.hasOwn(json, key));

/** In the order in which they are tried. */
export const formats: readonly Format[] = [
  {
    name: 'nnbp',
    what: 'everything: the network to the bit, its columns and categories',
    extensions: ['.nnbp.safetensors', '.nnbp', '.safetensors'],
    // The header's length in 8 bytes, then the header.
    fits: (bytes) => bytes.length > 8 && bytes[8] === 0x7b && bytes[7] === 0,
    read: (bytes) => load(bytes),
    write: ({ network, metadata }) => save(network, metadata && { metadata }),
  },
  {
    name: 'json',
    what: 'the network as a text to read and edit',
    extensions: ['.json'],
    fits: has('format', 'version', 'nodes'),
    read: (bytes) => ({ network: fromJson(text(bytes)) }),
    write: ({ network }) => toJson(network),
  },
  {
    name: 'onnx',
    what: 'for onnxruntime and most other programs',
    extensions: ['.onnx'],
    fits: (bytes) => bytes.length > 2 && bytes[0] === 0x08 && bytes[1] < 0x40,
    read: (bytes) => ({ network: fromOnnx(bytes) }),
    write: ({ network }) => toOnnx(network),
  },
];

/** The format of that name. */
export function formatNamed(name: string, able: 'read' | 'write'): Format {
  const known = formats.filter((format) => format[able] !== undefined);
  const found = known.find((format) => format.name === name);
  if (found === undefined) {
    throw misuse(
      `No format that can be ${able === 'read' ? 'read' : 'written'} is called "${name}". ${suggestion(
        name,
        known.map((format) => format.name),
      )}`,
    );
  }
  return found;
}

/** The format that a path's extension means, for writing. */
export function formatForPath(path: string): Format {
  const known = formats.filter(({ write }) => write !== undefined);
  const found = known.find(({ extensions }) => extensions.some((extension) => path.endsWith(extension)));
  if (found === undefined) {
    const endings = known.flatMap(({ extensions }) => extensions.slice(0, 1)).join(', ');
    throw misuse(`${path}: the ending tells no format. Use one of ${endings}, or say --to.`);
  }
  return found;
}

/** The format of a file, by name if one is given, else by what is in it. */
export function formatOf(path: string, bytes: Uint8Array, name?: string): Format & Required<Pick<Format, 'read'>> {
  const able = (format: Format) => format as Format & Required<Pick<Format, 'read'>>;
  if (name !== undefined) return able(formatNamed(name, 'read'));
  const json = jsonIn(bytes);
  const found = formats.find(({ read, fits }) => read !== undefined && fits(bytes, json));
  if (found !== undefined) return able(found);
  const names = formats.filter(({ read }) => read !== undefined).map((format) => format.name);
  throw new Problem(`${path} is no model of a known format (${names.join(', ')}): if it is one, say --from.`);
}

function jsonIn(bytes: Uint8Array): unknown {
  // Spaces and an opening brace, or it is not worth trying.
  if (!/^\s*\{/.test(text(bytes.subarray(0, 100)))) return undefined;
  try {
    return JSON.parse(text(bytes));
  } catch {
    return undefined;
  }
}
