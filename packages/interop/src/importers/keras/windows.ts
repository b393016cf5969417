/**
 * Computes which cells of a grid the windows of a Keras convolution or pooling layer read. A cell contains all channels
 * at one position.
 */
import type { JsonValue } from '@nnbp/formats/shared';

/** The cells that a window reads, row by row. */
export interface Window {
  /** Indices of the cells in the grid, counted row by row. Cells in the padding are omitted. */
  readonly cells: readonly number[];
  /** For each cell, its index in the kernel, counted row by row. */
  readonly kernelIndices: readonly number[];
}

/** Windows on a grid, row by row. */
export interface Windows {
  /** Number of windows along each axis. */
  readonly shape: readonly number[];
  readonly windows: readonly Window[];
}

/** The positions of windows along one axis. */
interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Cells of padding before the first cell. */
  readonly begin: number;
  readonly count: number;
}

/**
 * Returns the windows that the configuration of a layer describes, and their size along each axis.
 *
 * @param sizes - Sizes of the grid: `[length]` or `[rows, columns]`.
 * @param sizeOption - Name of the option for the size of a window.
 * @param reserveCells - Called before the windows are created, with an upper bound on the total number of cells in all
 * windows. Throws if this number is too large.
 * @throws NnbpError `MALFORMED`, `UNSUPPORTED`
 */
export function windowsIn(
  config: JsonValue,
  sizes: readonly number[],
  sizeOption: 'kernel_size' | 'pool_size',
  reserveCells: (cells: number) => void,
): Windows & { readonly kernel: readonly number[] } {
  const kernels = sizesOf(config.at(sizeOption), sizes.length);
  const entry = config.at('strides');
  const isConvolution = sizeOption === 'kernel_size';
  const strides = entry.present ? sizesOf(entry, sizes.length) : isConvolution ? sizes.map(() => 1) : kernels;
  const dilation = config.at('dilation_rate');
  const dilations = isConvolution && dilation.present ? sizesOf(dilation, sizes.length) : sizes.map(() => 1);
  const axes = sizes.map((size, k) =>
    axisOf(config, { size, kernel: kernels[k], stride: strides[k], dilation: dilations[k] }),
  );
  reserveCells(axes.reduce((all, { count, kernel, size }) => all * count * Math.min(kernel, size), 1));
  const [rows, columns] = axes.length === 1 ? [undefined, axes[0]] : axes;
  const columnWindows = windowsAlong(columns);
  const windows =
    rows === undefined
      ? columnWindows
      : windowsAlong(rows).flatMap((row) =>
          columnWindows.map((column) => ({
            cells: row.cells.flatMap((y) => column.cells.map((x) => y * columns.size + x)),
            kernelIndices: row.kernelIndices.flatMap((y) => column.kernelIndices.map((x) => y * columns.kernel + x)),
          })),
        );
  return { shape: axes.map(({ count }) => count), kernel: kernels, windows };
}

/** Returns a window that covers a whole grid of `cells` cells. */
export const wholeGrid = (cells: number): Window => ({
  cells: Array.from({ length: cells }, (_, k) => k),
  kernelIndices: Array.from({ length: cells }, (_, k) => k),
});

/** Reads the size along each axis. A single number applies to all axes. */
function sizesOf(json: JsonValue, axes: number): number[] {
  const all = Array.isArray(json.value) ? json.list() : Array.from({ length: axes }, () => json);
  if (all.length !== axes) json.throwExpected(axes === 1 ? 'one size' : `${axes} sizes`);
  return all.map((size) => size.integer(1, 2 ** 31));
}

function axisOf(config: JsonValue, axis: Pick<Axis, 'size' | 'kernel' | 'stride' | 'dilation'>): Axis {
  const { size, kernel, stride, dilation } = axis;
  const padding = config.at('padding');
  const span = dilation * (kernel - 1) + 1;
  switch (padding.present ? padding.text() : 'valid') {
    case 'valid': {
      const count = Math.floor((size - span) / stride) + 1;
      return count < 1
        ? padding.throwExpected(`"same", because a window of ${span} cells does not fit into an axis of size ${size}`)
        : { ...axis, begin: 0, count };
    }
    case 'same': {
      const count = Math.ceil(size / stride);
      return { ...axis, begin: Math.floor(Math.max(0, (count - 1) * stride + span - size) / 2), count };
    }
    case 'causal':
      return { ...axis, begin: span - 1, count: Math.ceil(size / stride) };
    default:
      return padding.unsupported('expected valid, same or causal.');
  }
}

function windowsAlong({ size, kernel, stride, dilation, begin, count }: Axis): Window[] {
  return Array.from({ length: count }, (_, k) => {
    const start = k * stride - begin;
    const first = Math.max(0, Math.ceil(-start / dilation));
    const last = Math.min(kernel - 1, Math.floor((size - 1 - start) / dilation));
    const kernelIndices = Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
    return { cells: kernelIndices.map((index) => start + index * dilation), kernelIndices };
  });
}
