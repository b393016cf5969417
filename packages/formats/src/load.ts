/** A model's file, opened: everything is checked first, and nothing in it is run. */
import { allFinite, type Loss, type Network, NnbpError } from '@nnbp/core';
import { type Checkpoint, readCheckpoint } from './checkpoint.js';
import { Place, readFunction, readNetwork } from './document.js';
import { parsed } from './exact-json.js';
import { rebuild } from './in-writing.js';
import { expectSparse } from './json-limits.js';
import { expectSupplied, lossNamed, type Plugins } from './plugins.js';
import { decode } from './safetensors.js';

/** What was in a file. */
export interface Loaded {
  /** As it was saved, to the bit. */
  readonly network: Network;
  /** For `fit`'s `resume`, if it was saved. */
  readonly checkpoint?: Checkpoint;
  /** What the network was trained with, if it was saved. */
  readonly loss?: Loss;
  /** What was given to `save`; empty if nothing was. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * The model in a file that {@link save} made. The file may come from anyone: sizes are checked before memory is taken, and
 * nothing in it is run.
 *
 * @throws NnbpError `MALFORMED`, `UNKNOWN_FORMAT` (another program's file, or a newer version's), `UNSUPPORTED`,
 * `MISSING_PLUGIN` (lists the activations and losses that have to be supplied)
 */
export function load(file: Uint8Array, plugins: Plugins = {}): Loaded {
  const { tensors, metadata } = decode(file);
  const model = metadata.get('model');
  if (model === undefined) {
    throw new NnbpError(
      'UNKNOWN_FORMAT',
      'This is a safetensors file, and no model of @nnbp: its metadata has no "model".',
    );
  }
  const json = (name: string, text: string) => {
    expectSparse(text, (what) => new NnbpError('MALFORMED', `The ${name} in the file cannot be read: ${what}.`));
    return parsed(text, `The ${name} in the file`);
  };
  const document = readNetwork(json('model', model));
  const lossText = metadata.get('loss');
  const loss = lossText === undefined ? undefined : readFunction(new Place(json('loss', lossText), 'loss'));
  expectSupplied(
    document.nodes.map(({ activation }) => activation),
    loss ? [loss] : [],
    plugins,
  );
  const network = rebuild(document, plugins.activations ?? []);
  const values = tensors.get('parameters')?.values;
  if (values?.length !== network.parameters.vector.length) {
    throw new NnbpError(
      'MALFORMED',
      `The network has ${network.parameters.vector.length} parameters, and the file ${values?.length ?? 'none'}.`,
    );
  }
  if (!allFinite(values)) throw new NnbpError('MALFORMED', 'A parameter in the file is not a finite number.');
  network.parameters.vector.set(values);

  const state = metadata.get('checkpoint');
  const more = metadata.get('metadata');
  return {
    network,
    ...(state !== undefined && { checkpoint: readCheckpoint(json('checkpoint', state), tensors, values.length) }),
    ...(loss && { loss: lossNamed(loss, plugins.losses ?? []) }),
    metadata: more === undefined ? {} : asObject(json('metadata', more)),
  };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new NnbpError('MALFORMED', 'The metadata in the file is not an object.');
  }
  return value as Record<string, unknown>;
}
