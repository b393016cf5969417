import type { JsonValue } from '@nnbp/formats/shared';
import type { Context } from '../context.js';
import type { Applied, Values } from '../values.js';
import { wholeGrid, type Windows, windowsIn } from '../windows.js';
import { sizeOf } from '../../../size-of.js';

/** The number of filters of a convolution. */
export const filtersOf = (config: JsonValue) => config.at('filters').integer(1, 2 ** 31);

/**
 * Returns the windows of a convolution or pooling layer, and their size along each axis.
 *
 * @param axes - The number of axes of the grid.
 */
export function windowsOfLayer(
  context: Context,
  { kind, config, json, copies = 1 }: Applied,
  { shape, steps }: Values,
  axes: number,
  option: 'kernel_size' | 'pool_size',
): Windows & { readonly kernel: readonly number[] } {
  if (shape.length !== axes + 1) {
    if (steps === 'all') json.unsupported('a layer that combines the steps of a sequence is not supported.');
    json.throwExpected(`an input with ${axes + 1} axes for ${kind}, not [${shape.join(', ')}]`);
  }
  const format = config.at('data_format');
  if (format.present && format.value !== 'channels_last') format.unsupported('only channels_last is supported.');
  const sizes = shape.slice(0, axes);
  const edgesPerCell = shape[axes] * (option === 'kernel_size' ? filtersOf(config) : 1);
  const cellCount = sizeOf(sizes);
  const oneCopy = kind.startsWith('Global')
    ? {
        shape: config.at('keepdims').value === true ? sizes.map(() => 1) : [],
        kernel: sizes,
        windows: [wholeGrid(cellCount)],
      }
    : windowsIn(config, sizes, option, (total) => context.spendEdges(json, copies * total * edgesPerCell));
  // If a `TimeDistributed` layer makes copies of this layer, their grids are concatenated into one long grid.
  const windows = Array.from({ length: copies }, (_, k) =>
    k === 0
      ? oneCopy.windows
      : oneCopy.windows.map((each) => ({ ...each, cells: each.cells.map((cell) => k * cellCount + cell) })),
  ).flat();
  return { ...oneCopy, windows };
}
