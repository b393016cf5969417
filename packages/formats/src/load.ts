/** Loads a model. Everything is validated before the network is built. */
import { allFinite, type Loss, type Network, NnbpError } from '@nnbp/core';
import { type Checkpoint, readCheckpoint } from './checkpoint.js';
import { type NetworkDocument, readFunction } from './document.js';
import { JsonValue } from './json-value.js';
import { parseJson } from './exact-json.js';
import { expectBytes } from './file-bytes.js';
import { rebuild } from './serialize.js';
import { expectSupplied, functionsNamed, lossNamed, type Plugins } from './plugins.js';
import { decode, type Tensor } from './safetensors.js';
import { survey } from './survey.js';
import { type Network1, upgrade } from './version-1.js';

/** The content of a model file. */
export interface Loaded {
  /** The network, bit-identical to the saved one. */
  readonly network: Network;
  /** The checkpoint for the `resume` option of `fit`, if one was saved. */
  readonly checkpoint?: Checkpoint;
  /** The loss that the network was trained with, if it was saved. */
  readonly loss?: Loss;
  /** Metadata that was passed to `save`. Empty if there was none. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * Loads a model that {@link save} wrote. The file may be untrusted: sizes are checked before memory is allocated, and
 * no code in it is executed.
 *
 * @throws NnbpError `MALFORMED`, `UNKNOWN_FORMAT` (a file from another program or a newer version), `UNSUPPORTED`,
 * `TOO_LARGE`, `WRONG_TYPE`, `MISSING_PLUGIN` (lists the functions that have to be supplied)
 */
export function load(file: Uint8Array, plugins: Plugins = {}): Loaded {
  expectBytes('file', file);
  const { tensors, metadata } = decode(file);
  const model = metadata.get('model');
  if (model === undefined) {
    throw new NnbpError('UNKNOWN_FORMAT', 'This safetensors file is not an @nnbp model: its metadata has no "model".');
  }
  const json = (name: string, text: string) => parseJson(text, `The ${name} in the file`);
  const lossText = metadata.get('loss');
  const loss = lossText === undefined ? undefined : readFunction(new JsonValue(json('loss', lossText), 'loss'));
  const { version, parameters, activations, aggregations } = survey(model);
  expectSupplied({ activations, aggregations, losses: loss ? [loss] : [] }, plugins);
  // Throws if a function is unknown.
  const { activationOf, aggregationOf } = functionsNamed(plugins);
  activations.forEach(activationOf);
  aggregations.forEach(aggregationOf);
  const values = expectParameters(tensors.get('parameters')?.values, parameters);
  const checkpointText = metadata.get('checkpoint');
  const userMetadataText = metadata.get('metadata');
  const rest = {
    ...(checkpointText !== undefined && {
      checkpoint: readCheckpoint(json('checkpoint', checkpointText), tensors, values.length),
    }),
    ...(loss && { loss: lossNamed(loss, plugins.losses ?? []) }),
    metadata: userMetadataText === undefined ? {} : asObject(json('metadata', userMetadataText)),
  };
  // The file is valid.
  const document: unknown = JSON.parse(model);
  const network = rebuild(version === 1 ? upgrade(document as Network1) : (document as NetworkDocument), plugins);
  network.parameters.vector.set(values);
  return { network, ...rest };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new NnbpError('MALFORMED', 'The metadata in the file is not an object.');
  }
  return value as Record<string, unknown>;
}

/**
 * Checks the number of parameters before the network is built, since a short document can describe a very large
 * network.
 */
function expectParameters(values: Tensor['values'] | undefined, count: number): Tensor['values'] {
  if (values?.length !== count) {
    throw new NnbpError(
      'MALFORMED',
      `The network in the file has ${count} parameters, but ${values === undefined ? 'there is no tensor "parameters"' : `the tensor "parameters" has ${values.length} numbers`}.`,
    );
  }
  if (!allFinite(values)) throw new NnbpError('MALFORMED', 'A parameter in the file is not a finite number.');
  return values;
}
