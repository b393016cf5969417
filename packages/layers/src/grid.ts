/** Finds the nodes in each window of a grid of channels, rows and columns. */
import { expectInteger, expectLength } from '@nnbp/core';

/** One number for both dimensions, or one for rows and one for columns. */
export type Size = number | readonly [rows: number, columns: number];

/**
 * Options of layers over a grid of nodes. The grid is flattened as in PyTorch: channel by channel, and each channel row
 * by row.
 */
export interface GridOptions {
  /** `channels × height × width` ids; the column index varies fastest. */
  readonly from: readonly string[];
  /** The number of input channels. Default: 1. */
  readonly channels?: number;
  /** The number of rows. */
  readonly height: number;
  /** The number of columns. */
  readonly width: number;
  /** Size of the window. */
  readonly kernel: Size;
  /** Distance between neighbouring windows. The default depends on the layer. */
  readonly stride?: Size;
  /** Number of rows and columns of zeros added on each side of the grid. Default: 0. */
  readonly padding?: Size;
  /** Distance between neighbouring nodes of a window. Default: 1. */
  readonly dilation?: Size;
}

/** A node in a window: its id, and its index in the kernel, counted row by row. */
export interface Cell {
  readonly id: string;
  readonly index: number;
}

/** The windows of a grid. */
export interface Windows {
  readonly channels: number;
  /** Number of windows in each dimension. */
  readonly rows: number;
  readonly columns: number;
  /** Returns the nodes of one channel in the window at this row and column, without the padding. */
  cells(channel: number, row: number, column: number): Cell[];
}

const pair = (size: Size): readonly [number, number] => (typeof size === 'number' ? [size, size] : size);

/** Returns the number of windows that fit. */
export const windowCount = (size: number, kernel: number, stride: number, padding: number, dilation: number): number =>
  Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;

/**
 * Validates the options and returns the windows.
 *
 * @throws NnbpError `WRONG_LENGTH` (number of ids), `OUT_OF_RANGE` (an invalid size, or a kernel larger than the padded
 * grid)
 */
export function windowsOf(options: GridOptions): Windows {
  const { from, channels = 1, height, width } = options;
  const sides = [height, width];
  const [kernel, stride, padding, dilation] = [
    pair(options.kernel),
    pair(options.stride ?? 1),
    pair(options.padding ?? 0),
    pair(options.dilation ?? 1),
  ];
  for (const [name, value] of Object.entries({ channels, height, width })) expectInteger(name, value, 1);
  for (const [name, [rows, columns], min] of [
    ['kernel', kernel, 1],
    ['stride', stride, 1],
    ['padding', padding, 0],
    ['dilation', dilation, 1],
  ] as const) {
    expectInteger(name, rows, min);
    expectInteger(name, columns, min);
  }
  expectLength('from', from.length, channels * height * width);
  const [rows, columns] = [0, 1].map((k) => windowCount(sides[k], kernel[k], stride[k], padding[k], dilation[k]));
  expectInteger('The number of windows per column (the kernel must fit in the padded grid)', rows, 1);
  expectInteger('The number of windows per row (the kernel must fit in the padded grid)', columns, 1);
  return {
    channels,
    rows,
    columns,
    cells(channel, row, column) {
      const cells: Cell[] = [];
      for (let index = 0; index < kernel[0] * kernel[1]; index++) {
        const y = row * stride[0] - padding[0] + Math.floor(index / kernel[1]) * dilation[0];
        const x = column * stride[1] - padding[1] + (index % kernel[1]) * dilation[1];
        if (y < 0 || y >= height || x < 0 || x >= width) continue;
        cells.push({ id: from[(channel * height + y) * width + x], index });
      }
      return cells;
    },
  };
}
