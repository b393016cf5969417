import { identity } from '@nnbp/activations';
import { activationIn } from '../activations.js';
import type { Context } from '../context.js';
import type { Applied, Values } from '../values.js';
import type { Windows } from '../windows.js';
import { activate } from './activation.js';
import { isOn } from './checks.js';

/**
 * Adds a node for each window and filter, with the activation of the layer. All windows share the weights.
 *
 * @param kernel - `[kernel size, channels, filters]`.
 */
export function applyFilters(
  context: Context,
  layer: Applied,
  { ids: inputIds, shape: inputShape }: Values,
  { shape, windows }: Windows,
  kernel: Float32Array,
  filters: number,
): Values {
  const { name, config, json } = layer;
  const channels = inputShape[inputShape.length - 1];
  const bias = isOn(config, 'use_bias') ? context.array(layer, 'bias', [filters]) : undefined;
  const activation = activationIn(config.at('activation'), context.version);
  const ids = context.ids(json, name, windows.length * filters);
  const sources = windows.map(({ cells }) =>
    cells.flatMap((cell) => inputIds.slice(cell * channels, (cell + 1) * channels)),
  );
  /** For each window: the row of each edge in the kernel matrix, whose shape is `[kernel size × channels, filters]`. */
  const rows = windows.map(({ kernelIndices }) =>
    kernelIndices.flatMap((at) => Array.from({ length: channels }, (_, k) => at * channels + k)),
  );
  const windowOf = (u: number) => Math.floor(u / filters);
  const filterOf = (u: number) => `${name}.filter${u % filters}`;
  const computed = context.add({
    ids,
    from: (u) => sources[windowOf(u)],
    w: (u) => Float64Array.from(rows[windowOf(u)], (row) => kernel[row * filters + (u % filters)]),
    b: (u) => bias?.[u % filters] ?? 0,
    ...(windows.length > 1 && {
      shared: (u) => ({ b: filterOf(u), w: rows[windowOf(u)].map((row) => `${filterOf(u)}.${row}`) }),
      filters,
    }),
    scaledActivation: { activation: identity, factor: 1 },
  });
  const outputs: Values = { shape: [...shape, filters], ids, unfinished: computed };
  return context.finishIfShared(layer, activate(context, layer, outputs, activation));
}
