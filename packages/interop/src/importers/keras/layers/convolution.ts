import type { Context } from '../context.js';
import type { Applied, Values } from '../values.js';
import { applyFilters } from './filters.js';
import { filtersOf, windowsOfLayer } from './windows-of-layer.js';

/** Reads a convolution over a grid with `axes` axes. */
export function convolution(context: Context, layer: Applied, values: Values, axes: number): Values {
  const windows = windowsOfLayer(context, layer, values, axes, 'kernel_size');
  const filters = filtersOf(layer.config);
  const groups = layer.config.at('groups');
  if (groups.present && groups.value !== 1) groups.unsupported('only 1 is supported.');
  const kernel = context.array(layer, 'kernel', [...windows.kernel, values.shape[axes], filters]);
  return applyFilters(context, layer, values, windows, kernel, filters);
}
