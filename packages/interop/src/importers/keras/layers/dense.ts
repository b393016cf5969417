import type { Context } from '../context.js';
import type { Applied, Values } from '../values.js';
import type { Window } from '../windows.js';
import { applyFilters } from './filters.js';

/** Reads a dense layer over the last axis, with the same weights at every position of the other axes. */
export function dense(context: Context, layer: Applied, values: Values): Values {
  const { config, json } = layer;
  const { shape, ids } = values;
  const units = config.at('units').integer(1, 2 ** 31);
  const channels = shape.at(-1) ?? json.throwExpected('a row of numbers as its input');
  const kernel = context.array(layer, 'kernel', [channels, units]);
  const windows = Array.from({ length: ids.length / channels }, (_, k): Window => ({
    cells: [k],
    kernelIndices: [0],
  }));
  if (windows.length > 1) context.spendEdges(json, ids.length * units);
  return applyFilters(context, layer, values, { shape: shape.slice(0, -1), windows }, kernel, units);
}
