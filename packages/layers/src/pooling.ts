/** Max and average pooling: one node per window, without parameters. */
import { identity } from '@nnbp/activations';
import { max, mean } from '@nnbp/aggregations';
import type { Aggregation, GraphBuilder } from '@nnbp/core';
import { type GridOptions, windowsOf } from './grid.js';
import { nextName } from './unit.js';

/**
 * Options of {@link maxPool} and {@link averagePool}. Default stride: the kernel size, so that windows do not overlap.
 */
export interface PoolOptions extends Omit<GridOptions, 'height' | 'padding' | 'dilation'> {
  /** The number of rows. Default: 1, for one-dimensional pooling with a kernel of `[1, size]`. */
  readonly height?: number;
  /** Prefix of the ids: `name.0`, `name.1`, …. Default: `pool` for the first such layer, then `pool2`, …. */
  readonly name?: string;
}

/**
 * Adds one node per window and channel. Each node computes the maximum of its window, as in PyTorch's `nn.MaxPool2d`.
 *
 * @returns The ids: channel by channel, and each channel row by row.
 * @throws NnbpError `WRONG_LENGTH` (not channels × height × width ids), `OUT_OF_RANGE` (an invalid size, or a kernel
 * larger than the grid), `DUPLICATE_ID`
 *
 * @example
 * ```ts
 * import { GraphBuilder } from '@nnbp/core';
 * import { maxPool } from '@nnbp/layers';
 *
 * const builder = new GraphBuilder();
 * maxPool(builder, { from: builder.inputs(24 * 24), height: 24, width: 24, kernel: 2 }).length; // 144
 * ```
 */
export const maxPool = (builder: GraphBuilder, options: PoolOptions): string[] => pool(builder, options, max);

/** Like {@link maxPool}, with the mean of each window: PyTorch's `nn.AvgPool2d`. */
export const averagePool = (builder: GraphBuilder, options: PoolOptions): string[] => pool(builder, options, mean);

function pool(builder: GraphBuilder, options: PoolOptions, aggregation: Aggregation): string[] {
  const { name = nextName(builder, 'pool'), height = 1, stride = options.kernel } = options;
  const { channels, rows, columns, cells } = windowsOf({ ...options, height, stride });
  const ids: string[] = [];
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const from = cells(channel, row, column).map(({ id }) => id);
        const fixed = { b: 0, c: 1, w: 1 };
        ids.push(builder.node(`${name}.${ids.length}`, { from, activation: identity, aggregation, fixed }));
      }
    }
  }
  return ids;
}
