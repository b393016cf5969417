import { identity } from '@nnbp/activations';
import type { Aggregation } from '@nnbp/core';
import type { Context } from '../context.js';
import type { Applied, Values } from '../values.js';
import { windowsOfLayer } from './windows-of-layer.js';

/** Reads a pooling layer over a grid with `axes` axes: adds one node for each window and channel. */
export function pooling(
  context: Context,
  layer: Applied,
  values: Values,
  axes: number,
  aggregation: Aggregation,
): Values {
  const { shape, windows } = windowsOfLayer(context, layer, values, axes, 'pool_size');
  const channels = values.shape[axes];
  const ids = context.ids(layer.json, layer.name, windows.length * channels);
  windows.forEach(({ cells }, k) => {
    for (let channel = 0; channel < channels; channel++) {
      const from = cells.map((cell) => values.ids[cell * channels + channel]);
      const w = from.map(() => 1);
      const id = ids[k * channels + channel];
      context.addPart({ id, from, activation: identity, aggregation, b: 0, w, constant: true });
    }
  });
  return { shape: [...shape, channels], ids };
}
