/** The file formats of models: how each is detected, read and written. */
import type { Activation, Network } from '@nnbp/core';
import { fromJson, load, save, toJson } from '@nnbp/formats';
import {
  fromBrainJs,
  fromKeras,
  fromNeataptic,
  fromNeatPython,
  fromOnnx,
  fromPlayground,
  fromSynaptic,
  kerasWeightPaths,
  onnxExternalPaths,
  toNeatPython,
  toOnnx,
} from '@nnbp/interop';
import { suggestion } from './nearest.js';
import { readFormulaFile } from './fit/formula-file.js';
import { unsupportedFormatOf, isOwnSafetensors, isSafetensors } from './unsupported-format.js';
import { type JsonKeys, jsonKeys } from './json-keys.js';
import { misuse, Problem } from './problem.js';

/** The content of a model file. */
export interface ModelContent {
  readonly network: Network;
  /** Metadata of the file, such as the columns. Only nnbp files and fitted formulas have metadata. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Other files and functions that reading a model may require. */
export interface ReadContext {
  /** Reads another file that the model names. The path is relative to the directory of the model. */
  readonly readReferenced: (path: string) => Promise<Uint8Array>;
  /** The user's custom activations. */
  readonly activations: readonly Activation[];
}

/** A file format. `read` or `write` is undefined if the format does not support it. */
export interface Format {
  readonly name: string;
  /** Shown in the help text. */
  readonly description: string;
  readonly extensions: readonly string[];
  /**
   * Whether the content can be in this format. `keys`: the keys of its JSON object; empty if the content is not
   * JSON.
   */
  readonly fits: (bytes: Uint8Array, keys: JsonKeys) => boolean;
  readonly read?: (bytes: Uint8Array, context: ReadContext) => ModelContent | Promise<ModelContent>;
  readonly write?: (model: ModelContent) => Uint8Array | string;
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/**
 * Whether the path is a link to TensorFlow Playground. Such a link contains the whole network, so nothing is fetched.
 */
export const isLink = (path: string): boolean => /^https?:\/\/playground\.tensorflow\.org\b/.test(path);

/** Returns a `fits` function that checks whether the JSON object has all these keys at its top level. */
const hasKeys =
  (...keys: readonly string[]) =>
  (_: Uint8Array, { topLevel }: JsonKeys) =>
    keys.every((key) => topLevel.has(key));

/** Returns a JSON format of another library, without `write`. */
const jsonFormat = (
  name: string,
  description: string,
  fits: Format['fits'],
  from: (json: string) => Network,
): Format => ({
  name,
  description,
  extensions: ['.json'],
  fits,
  read: (bytes) => ({ network: from(text(bytes)) }),
});

/** All formats, in the order in which they are tried. */
export const formats: readonly Format[] = [
  {
    name: 'nnbp',
    description: 'the complete model, with columns and categories',
    extensions: ['.nnbp.safetensors', '.nnbp', '.safetensors'],
    fits: (bytes) => isSafetensors(bytes) && isOwnSafetensors(bytes),
    read: (bytes, { activations }) => load(bytes, { activations }),
    write: ({ network, metadata }) => save(network, metadata && { metadata }),
  },
  {
    name: 'json',
    description: 'the network as editable text',
    extensions: ['.json'],
    fits: hasKeys('format', 'version', 'nodes', 'inputs'),
    read: (bytes, { activations }) => ({ network: fromJson(text(bytes), { activations }) }),
    write: ({ network }) => toJson(network),
  },
  {
    name: 'formula',
    description: 'a formula fitted by nnbp fit',
    extensions: ['.json'],
    fits: hasKeys('formula', 'variables', 'target', 'parameters'),
    read: (bytes) => readFormulaFile(text(bytes)),
  },
  {
    name: 'onnx',
    description: 'for onnxruntime and most other programs',
    extensions: ['.onnx'],
    fits: (bytes) => bytes.length > 2 && bytes[0] === 0x08 && bytes[1] < 0x40,
    async read(bytes, { readReferenced }) {
      const files: [path: string, content: Uint8Array][] = [];
      for (const path of onnxExternalPaths(bytes)) files.push([path, await readReferenced(path)]);
      return { network: fromOnnx(bytes, { files: Object.fromEntries(files) }) };
    },
    write: ({ network }) => toOnnx(network),
  },
  {
    ...jsonFormat(
      'neat-python',
      'a genome, or the output of neat.export',
      (_, keys) =>
        (keys.topLevel.has('input_keys') && keys.topLevel.has('output_keys')) || keys.has('topology', 'input_keys'),
      fromNeatPython,
    ),
    write: ({ network }) => `${JSON.stringify(toNeatPython(network), undefined, 1)}\n`,
  },
  {
    name: 'keras',
    description: 'model.json of TensorFlow.js or Keras, with its weight files',
    extensions: ['.json'],
    fits: (_, keys) => hasKeys('modelTopology', 'weightsManifest')(_, keys) && !keys.has('modelTopology', 'node'),
    async read(bytes, { readReferenced }) {
      const json = text(bytes);
      const shards = [];
      for (const path of kerasWeightPaths(json)) shards.push(await readReferenced(path));
      return { network: fromKeras(json, shards) };
    },
  },
  jsonFormat('brain.js', 'NeuralNetwork.toJSON() of brain.js or its predecessor brain', hasKeys('layers'), fromBrainJs),
  {
    name: 'playground',
    description: 'a link to TensorFlow Playground instead of a file',
    extensions: [],
    fits: (bytes) => isLink(text(bytes.subarray(0, 100))),
    read: (bytes) => ({ network: fromPlayground(text(bytes).trim()).network }),
  },
  jsonFormat('synaptic', 'Network.toJSON() of synaptic 1.x', hasKeys('neurons', 'connections'), fromSynaptic),
  jsonFormat('neataptic', 'Network.toJSON() of neataptic', hasKeys('nodes', 'connections'), fromNeataptic),
];

/** The format with this name. Throws if there is none, or if it does not support `access`. */
export function formatNamed(name: string, access: 'read' | 'write'): Format {
  const known = formats.filter((format) => format[access] !== undefined);
  const found = known.find((format) => format.name === name);
  if (found === undefined) {
    throw misuse(
      `Unknown ${access === 'read' ? 'input' : 'output'} format: "${name}". ${suggestion(
        name,
        known.map((format) => format.name),
      )}`,
    );
  }
  return found;
}

/** The format to write, from the extension of a path. */
export function formatForPath(path: string): Format {
  const known = formats.filter(({ write }) => write !== undefined);
  const found = known.find(({ extensions }) => extensions.some((extension) => path.endsWith(extension)));
  if (found === undefined) {
    const endings = new Set(known.flatMap(({ extensions }) => extensions.slice(0, 1)));
    throw misuse(`${path}: unknown file extension. Use one of ${[...endings].join(', ')}, or pass --to.`);
  }
  return found;
}

/** The format of a file: the format with the given name, or else the first that fits the content. */
export function formatOf(path: string, bytes: Uint8Array, name?: string): Format & Required<Pick<Format, 'read'>> {
  const asReadable = (format: Format) => format as Format & Required<Pick<Format, 'read'>>;
  if (name !== undefined) return asReadable(formatNamed(name, 'read'));
  const keys = jsonKeys(bytes);
  const found = formats.find(({ read, fits }) => read !== undefined && fits(bytes, keys));
  if (found !== undefined) return asReadable(found);
  const names = formats.filter(({ read }) => read !== undefined).map((format) => format.name);
  const reason = unsupportedFormatOf(bytes, keys);
  if (reason !== undefined) throw new Problem(`${path}: ${reason}`);
  throw new Problem(
    `${path}: unknown format. Supported: ${names.join(', ')}. If the file is in one of these formats, specify the format with --from.`,
  );
}
