/** Convolution: the nodes of a filter share one set of weights, and each node reads one window. */
import { identity } from '@nnbp/activations';
import type { Activation, GraphBuilder, Initializer } from '@nnbp/core';
import { expectInteger } from '@nnbp/core';
import { type GridOptions, windowsOf } from './grid.js';
import { nextName, uniformWithinInverseRoot } from './unit.js';

/** Options of {@link conv2d}. Default stride: 1. */
export interface Conv2dOptions extends GridOptions {
  /** The number of output channels, each with its own weights: an integer ≥ 1. */
  readonly filters: number;
  /** The activation of every node. Default: `identity`. */
  readonly activation?: Activation;
  /** Prefix of the ids: `name.0`, `name.1`, …. Default: `conv` for the first such layer, then `conv2`, …. */
  readonly name?: string;
  /**
   * Initializer of the weights. Default: as in PyTorch, uniform within ±1/√n, where n is the number of weights of a
   * filter.
   */
  readonly initializer?: Initializer;
}

/** Options of {@link conv1d}. Default stride: 1. */
export interface Conv1dOptions extends Omit<
  Conv2dOptions,
  'height' | 'width' | 'kernel' | 'stride' | 'padding' | 'dilation'
> {
  /** The length of each channel. */
  readonly length: number;
  /** The window's length. */
  readonly kernel: number;
  /** Distance between neighbouring windows. Default: 1. */
  readonly stride?: number;
  /** Number of zeros added at both ends. Default: 0. */
  readonly padding?: number;
  /** Distance between neighbouring nodes of a window. Default: 1. */
  readonly dilation?: number;
}

/**
 * Adds a convolution over a grid: PyTorch's `nn.Conv2d`. All nodes of a filter share one b and, for each channel
 * and each position in the kernel, one weight.
 *
 * @returns The `filters × rows × columns` ids: filter by filter, and each filter row by row.
 * @throws NnbpError `WRONG_LENGTH` (not channels × height × width ids), `OUT_OF_RANGE` (an invalid size, or a kernel
 * larger than the padded grid), and any error thrown by `builder.node`
 *
 * @example
 * ```ts
 * import { relu } from '@nnbp/activations';
 * import { GraphBuilder } from '@nnbp/core';
 * import { conv2d } from '@nnbp/layers';
 *
 * const builder = new GraphBuilder();
 * const image = builder.inputs(28 * 28);
 * const features = conv2d(builder, { from: image, height: 28, width: 28, kernel: 5, filters: 4, activation: relu });
 * // 4 filters with 24 · 24 positions each.
 * features.length; // 2304
 * builder.output(...features);
 * // Each filter has a bias and 25 weights.
 * builder.build().parameterCount; // 104
 * ```
 */
export function conv2d(builder: GraphBuilder, options: Conv2dOptions): string[] {
  const { filters, activation = identity, name = nextName(builder, 'conv') } = options;
  expectInteger('filters', filters, 1);
  const { channels, rows, columns, cells } = windowsOf(options);
  const kernelSize = typeof options.kernel === 'number' ? options.kernel ** 2 : options.kernel[0] * options.kernel[1];
  const w = options.initializer ?? uniformWithinInverseRoot(channels * kernelSize);
  const ids: string[] = [];
  for (let filter = 0; filter < filters; filter++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const share = `${name}.filter${filter}`;
        const window = Array.from({ length: channels }, (_, channel) =>
          cells(channel, row, column).map(({ id, index }) => [id, `${share}.${channel}.${index}`] as const),
        ).flat();
        ids.push(
          builder.node(`${name}.${ids.length}`, {
            from: window.map(([id]) => id),
            activation,
            fixed: { c: 1 },
            shared: { b: share, w: Object.fromEntries(window) },
            init: { w },
          }),
        );
      }
    }
  }
  return ids;
}

/**
 * Adds a one-dimensional convolution: PyTorch's `nn.Conv1d`. See {@link conv2d}.
 *
 * @returns The ids, one filter after the other: `filters × windows`.
 * @throws NnbpError any error thrown by {@link conv2d}
 */
export const conv1d = (builder: GraphBuilder, options: Conv1dOptions): string[] => {
  const { length, kernel, stride = 1, padding = 0, dilation = 1, ...rest } = options;
  return conv2d(builder, {
    ...rest,
    height: 1,
    width: length,
    kernel: [1, kernel],
    stride: [1, stride],
    padding: [0, padding],
    dilation: [1, dilation],
  });
};
