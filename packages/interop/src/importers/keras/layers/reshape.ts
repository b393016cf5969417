import type { Context } from '../context.js';
import type { Layer } from '../topology.js';
import type { Applied, Values } from '../values.js';
import { expectLastAxis, expectNoSoftmax } from './checks.js';
import { sizeOf } from '../../../size-of.js';

/** Reads a `Concatenate` of flat inputs. */
export function concatenate(context: Context, { json, config }: Layer, before: readonly Values[]): Values {
  for (const values of before) {
    if (values.shape.length !== 1) json.unsupported('only flat inputs can be concatenated.');
    expectNoSoftmax({ json }, values);
  }
  for (const values of before) expectLastAxis({ config }, values);
  const ids = before.flatMap((values) => values.ids);
  context.takeValues(json, ids.length);
  if (new Set(ids).size < ids.length) json.unsupported('this layer has the same input twice. Use each input once.');
  return { shape: [ids.length], ids };
}

/** Reads a `Flatten` or `Reshape`. Both change only the shape of the values. */
export function reshape(context: Context, layer: Applied, values: Values): Values {
  const { config, kind, copies = 1 } = layer;
  const length = values.ids.length / copies;
  if (kind === 'Flatten') {
    if (config.at('data_format').value === 'channels_first' && values.shape.length > 1) {
      config.at('data_format').unsupported('only channels_last is supported.');
    }
    return context.finishIfShared(layer, { ...values, shape: [length] });
  }
  const target = config.at('target_shape');
  // TensorFlow.js writes null for −1.
  const sizes = target.list().map((size) => (size.value === -1 || size.value === null ? -1 : size.integer(1, 2 ** 31)));
  const known = sizeOf(sizes.filter((size) => size !== -1));
  const shape = sizes.map((size) => (size === -1 ? length / known : size));
  if (shape.some((size) => !Number.isInteger(size)) || sizeOf(shape) !== length) {
    target.throwExpected(`sizes whose product is ${length}`);
  }
  return context.finishIfShared(layer, { ...values, shape });
}
