import type { JsonValue } from '@nnbp/formats/shared';
import type { Context } from '../context.js';
import type { Layer } from '../topology.js';
import type { Values } from '../values.js';
import { sizeOf } from '../../../size-of.js';

/** Returns the shape of an input layer, without the batch axis. */
export function inputSizes({ config, json }: Layer): JsonValue[] {
  const shape = config.at('batch_input_shape').present ? config.at('batch_input_shape') : config.at('batch_shape');
  return shape.present ? shape.list().slice(1) : json.throwExpected('an input with a batch_input_shape');
}

/** Reads an input layer: returns the ids of its nodes. */
export function input(context: Context, layer: Layer): Values {
  const { name, json } = layer;
  const sizes = inputSizes(layer);
  // The first size of a sequence is the number of time steps. It is not needed, and may be unspecified.
  const isSequence =
    context.hasSteps && (sizes.length === 2 || (sizes.length > 2 && context.readByTimeDistributed.has(name)));
  const shape = sizes.slice(isSequence ? 1 : 0).map((size) => {
    if (size.value === null)
      size.unsupported('expected a fixed size. Create the model with an input shape without None.');
    return size.integer(1, 2 ** 31);
  });
  return { shape, ids: context.ids(json, name, sizeOf(shape)), ...(isSequence && { steps: 'all' }) };
}
