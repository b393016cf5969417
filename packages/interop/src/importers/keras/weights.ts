/** Reads the weight file of a Keras model, using the manifest in the model. */
import { mismatch } from '@nnbp/core';
import type { JsonValue } from '@nnbp/formats/shared';
import { openJson } from '../open-json.js';
import { sizeOf } from '../../size-of.js';

export interface Weights {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * Reads the weight file. Returns its arrays, keyed by layer and array, such as `dense/kernel`.
 *
 * @param bytes - The file, or its shards in the order of the manifest.
 * @throws NnbpError `MALFORMED` (the listed arrays do not match the bytes), `UNSUPPORTED` (numbers other than float32)
 */
export function readWeights(model: JsonValue, bytes: Uint8Array | readonly Uint8Array[]): ReadonlyMap<string, Weights> {
  const file = bytes instanceof Uint8Array ? bytes : concatenate(bytes);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const found = new Map<string, Weights>();
  let at = 0;
  for (const json of weightEntries(model)) {
    const shape = json
      .at('shape')
      .list()
      .map((size) => size.integer(0, 2 ** 31));
    expectFloat32(json);
    const count = sizeOf(shape);
    if (count * 4 > file.length - at)
      json.throwExpected(
        `an array of at most ${file.length - at} bytes (the rest of the ${file.length}-byte weight file)`,
      );
    const key = keyOf(json.at('name').text());
    if (found.has(key)) json.throwExpected(`one array with the name ${JSON.stringify(key)}`);
    const values = Float32Array.from({ length: count }, (_, k) => view.getFloat32(at + 4 * k, true));
    found.set(key, { shape, values });
    at += 4 * count;
  }
  if (at !== file.length) {
    throw mismatch('MALFORMED', 'The weights', `${at} bytes, as listed in the model`, file.length);
  }
  return found;
}

/** Returns the names of the layer and of the array, for example `lstm/kernel` for `model/lstm/lstm_cell/kernel:0`. */
function keyOf(name: string): string {
  const parts = name.replace(/:\d+$/, '').split('/');
  const isCell = parts.length > 2 && /_cell(?:_\d+)?$/.test(parts[parts.length - 2]);
  return (isCell ? [parts[parts.length - 3], parts[parts.length - 1]] : parts.slice(-2)).join('/');
}

/**
 * Returns the paths of the weight files that a `model.json` lists, in order, relative to its directory. The paths are
 * untrusted: check that a path stays inside that directory before you open the file.
 *
 * @param modelJson - The content of `model.json`, as a string or parsed.
 * @throws NnbpError `MALFORMED`, `TOO_LARGE`
 *
 * @example
 * ```ts
 * import { kerasWeightPaths } from '@nnbp/interop';
 *
 * const model = { modelTopology: {}, weightsManifest: [{ paths: ['./model.weights.bin'], weights: [] }] };
 * kerasWeightPaths(model); // ['./model.weights.bin']
 * ```
 */
export function kerasWeightPaths(modelJson: unknown): string[] {
  const manifest = openJson(modelJson, 'The Keras model').at('weightsManifest');
  if (!manifest.present) return [];
  return manifest.list().flatMap((group) =>
    group
      .at('paths')
      .list()
      .map((path) => path.text()),
  );
}

function weightEntries(model: JsonValue): JsonValue[] {
  const manifest = model.at('weightsManifest');
  if (manifest.present) return manifest.list().flatMap((group) => group.at('weights').list());
  const specs = model.at('weightSpecs');
  return specs.present
    ? specs.list()
    : manifest.throwExpected('an array of weights, as in the model.json of a TensorFlow.js model');
}

function expectFloat32(json: JsonValue): void {
  const type = json.at('dtype');
  if (type.text() !== 'float32') type.unsupported('only float32 is supported.');
  if (json.at('quantization').present) json.at('quantization').unsupported('convert the model without quantization.');
}

function concatenate(shards: readonly Uint8Array[]): Uint8Array {
  const file = new Uint8Array(shards.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const shard of shards) {
    file.set(shard, at);
    at += shard.length;
  }
  return file;
}
