/** Saves a model as one safetensors file. The graph is stored as JSON in the header of the file. */
import { expectFinite, type Loss, type Network, NnbpError } from '@nnbp/core';
import { type Checkpoint, writeCheckpoint } from './checkpoint.js';
import { exactJson } from './exact-json.js';
import type { FileBytes } from './file-bytes.js';
import { describe } from './serialize.js';
import { expectJsonLimits } from './json-limits.js';
import { nameOf } from './plugins.js';
import { encode, type Tensor } from './safetensors.js';
import { maxFunctions, tooManyFunctions } from './survey.js';

/** Data saved with a network. */
export interface SaveOptions {
  /** Checkpoint to resume training bit-for-bit: `Progress.state()` from `@nnbp/train`, taken in `onEpochEnd`. */
  readonly checkpoint?: Checkpoint;
  /** Loss that the network was trained with. A custom loss is saved by name. */
  readonly loss?: Loss;
  /** Other data about the model, stored as JSON, for example the names of columns and classes. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/**
 * Saves a network as one file in safetensors format, with a tensor `parameters`. Numbers are bit-exact: the parameters
 * are stored as float32 if float32 represents all of them exactly, otherwise as float64. Custom activations and
 * aggregations are saved by name.
 *
 * @throws NnbpError `NOT_FINITE` (a parameter), `UNSUPPORTED` (two custom activations or aggregations with the same
 * name), `WRONG_TYPE` (metadata that JSON cannot represent), `TOO_LARGE` (metadata with hundreds of thousands of
 * entries; more than 16,384 distinct activations and aggregations; nodes whose longest delays add up to more than 2²⁴),
 * `MALFORMED` (metadata nested too deeply)
 *
 * @example
 * ```ts
 * import { tanh } from '@nnbp/activations';
 * import { mlp, Network } from '@nnbp/core';
 * import { load, save } from '@nnbp/formats';
 *
 * const network = new Network(mlp([2, 3, 1], { activation: tanh }), { seed: 1 });
 * const file = save(network, { metadata: { columns: ['width', 'height'] } });
 * const { network: again, metadata } = load(file);
 * again.predict([1, 2])[0] === network.predict([1, 2])[0]; // true
 * metadata.columns; // ['width', 'height']
 * ```
 */
export function save(network: Network, { checkpoint, loss, metadata }: SaveOptions = {}): FileBytes {
  expectFinite('parameters', network.parameters.vector);
  const { activations, aggregations } = network.graph;
  if (activations.length + aggregations.length > maxFunctions) throw tooManyFunctions();
  const parameters = narrow(network.parameters.vector);
  const state = checkpoint && writeCheckpoint(checkpoint);
  const tensors: Tensor[] = [
    { name: 'parameters', shape: [parameters.length], values: parameters },
    ...(state?.tensors ?? []),
  ];
  return encode(tensors, {
    format: 'nnbp',
    model: exactJson(describe(network)),
    ...(loss && { loss: exactJson(nameOf(loss)) }),
    ...(metadata && { metadata: asJson(metadata) }),
    ...(state && { checkpoint: state.text }),
  });
}

/** Converts to float32 if that is lossless. */
function narrow(values: Float64Array): Float64Array | Float32Array {
  return values.every((value) => Object.is(Math.fround(value), value)) ? Float32Array.from(values) : values;
}

function asJson(metadata: Readonly<Record<string, unknown>>): string {
  let text: string;
  try {
    text = JSON.stringify(metadata);
  } catch (error) {
    throw new NnbpError(
      'WRONG_TYPE',
      `metadata: expected values that JSON can represent (${(error as Error).message}).`,
    );
  }
  // Do not write what cannot be read back.
  expectJsonLimits(text, 'metadata');
  return text;
}
