import { identity } from '@nnbp/activations';
import type { ScaledActivation } from '../activations.js';
import type { Context } from '../context.js';
import type { Layer } from '../topology.js';
import type { Values } from '../values.js';

/** Sets the activation of the previous nodes if these can still be changed. Otherwise adds nodes for the activation. */
export function activate(
  context: Context,
  layer: Layer,
  values: Values,
  scaledActivation: ScaledActivation | 'softmax',
): Values {
  const { shape, ids, unfinished } = values;
  if (scaledActivation === 'softmax') {
    if (shape.length !== 1) layer.json.unsupported('softmax is supported only for a one-dimensional input.');
    return { shape, ids, softmax: true };
  }
  if (scaledActivation.activation === identity) return context.finishIfShared(layer, values);
  if (unfinished !== undefined) {
    unfinished.scaledActivation = scaledActivation;
    return { shape, ids };
  }
  const nodes = context.add({
    ids: context.ids(layer.json, layer.name, ids.length),
    from: (u) => [ids[u]],
    w: () => [1],
    b: () => 0,
    scaledActivation,
  });
  return { shape, ids: nodes.ids };
}
