/** Convolution and pooling: each node reads a window of a grid. */
import { max, mean } from '@nnbp/aggregations';
import type { Aggregation } from '@nnbp/core';
import type { Call } from '../call.js';
import { sizeOf } from '../../size-of.js';
import { affine, type Entry, type Rows, sum } from '../tape.js';
import type { Operator } from './operator.js';

/** The windows of a grid, without channels. */
interface Windows {
  /** The number of windows along each axis. */
  readonly shape: readonly number[];
  /** For each window and each kernel position, the index in the grid; −1 outside the grid. */
  readonly positions: readonly (readonly number[])[];
}

function windowsOf(call: Call, grid: readonly number[], kernel: readonly number[]): Windows {
  const axes = grid.length;
  if (axes === 0 || kernel.length !== axes)
    call.malformed(`a kernel of [${kernel.join(', ')}] on a grid with ${axes} axes`);
  if (call.integer('ceil_mode', 0) !== 0) call.unsupported('ceil_mode = 1');
  const ones = grid.map(() => 1);
  const [strides, dilations] = [call.integers('strides') ?? ones, call.integers('dilations') ?? ones];
  const sizes = [kernel, strides, dilations].flat();
  if (sizes.length !== 3 * axes || sizes.some((size) => size < 1))
    call.malformed(`expected a kernel, strides and dilations of ${axes} integers ≥ 1 each`);
  const span = kernel.map((size, axis) => dilations[axis] * (size - 1) + 1);
  const pads = padsOf(call, grid, span, strides);
  const shape = grid.map(
    (size, axis) => Math.floor((size + pads[axis] + pads[axes + axis] - span[axis]) / strides[axis]) + 1,
  );
  if (shape.some((size) => !(size >= 1)))
    call.malformed(`a kernel of [${kernel.join(', ')}] does not fit on a grid of [${grid.join(', ')}]`);
  call.spend(sizeOf(shape) * sizeOf(kernel));
  const offsets = cells(kernel);
  const positions = cells(shape).map((window) =>
    offsets.map((offset) =>
      positionOf(
        grid,
        offset.map((at, axis) => window[axis] * strides[axis] - pads[axis] + at * dilations[axis]),
      ),
    ),
  );
  return { shape, positions };
}

/** The padding at the beginning of each axis, then at the end of each axis. */
function padsOf(call: Call, grid: readonly number[], span: readonly number[], strides: readonly number[]): number[] {
  const auto = call.text('auto_pad', 'NOTSET');
  const none = [...grid, ...grid].fill(0);
  if (auto === 'VALID') return none;
  if (auto === 'SAME_UPPER' || auto === 'SAME_LOWER') return samePads(call, auto, grid, span, strides);
  const pads = call.integers('pads') ?? none;
  if (pads.length !== none.length || pads.some((pad) => pad < 0))
    call.malformed(`pads [${pads.join(', ')}]; expected ${none.length} integers ≥ 0`);
  return pads;
}

/**
 * The padding that gives ⌈size / stride⌉ windows along each axis. Where programs disagree about this padding, the
 * operator is rejected.
 */
function samePads(
  call: Call,
  auto: 'SAME_UPPER' | 'SAME_LOWER',
  grid: readonly number[],
  span: readonly number[],
  strides: readonly number[],
): number[] {
  const totals = grid.map((size, axis) => (Math.ceil(size / strides[axis]) - 1) * strides[axis] + span[axis] - size);
  const disagreement = (what: string) =>
    call.unsupported(`auto_pad = ${auto} with ${what}, which programs compute differently. Export the model with pads`);
  // Some programs start the first window after the start of the grid if the total is negative.
  const isMoved = (total: number) => total < (auto === 'SAME_UPPER' ? -1 : -2);
  if (totals.some(isMoved)) disagreement('strides larger than the kernel');
  const isDilated = call.integers('dilations')?.some((dilation) => dilation > 1) === true;
  if (isDilated && call.node.opType !== 'Conv') disagreement('dilations');
  const smaller = totals.map((total) => Math.floor(Math.max(0, total) / 2));
  const larger = totals.map((total) => Math.ceil(Math.max(0, total) / 2));
  return auto === 'SAME_UPPER' ? [...smaller, ...larger] : [...larger, ...smaller];
}

/** The row-major index of coordinates in an array of this shape; −1 outside the array. */
function positionOf(shape: readonly number[], coordinates: readonly number[]): number {
  let position = 0;
  for (let axis = 0; axis < shape.length; axis++) {
    if (coordinates[axis] < 0 || coordinates[axis] >= shape[axis]) return -1;
    position = position * shape[axis] + coordinates[axis];
  }
  return position;
}

/** All coordinates of an array of this shape, in row-major order. */
function cells(shape: readonly number[]): number[][] {
  return Array.from({ length: sizeOf(shape) }, (_, k) => {
    const coordinates = new Array<number>(shape.length);
    for (let axis = shape.length - 1, rest = k; axis >= 0; axis--) {
      coordinates[axis] = rest % shape[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    return coordinates;
  });
}

/** `Conv`: a node per filter and window. The nodes of a filter share their weights. */
export const convolution: Operator = (call) => {
  const { shape, entries } = call.rows(0);
  const [channels, ...grid] = shape;
  const { dims, values } = call.constant(1);
  const [filters, depth, ...kernel] = dims;
  const groups = call.integer('group', 1);
  if (shape.length < 2 || dims.length !== shape.length + 1) {
    call.unsupported(`a kernel with ${dims.length} axes for a tensor of shape [batch, ${shape.join(', ')}]`);
  }
  if (groups < 1 || depth * groups !== channels || filters % groups !== 0) {
    call.malformed(`${filters} filters of ${depth} channels in ${groups} groups for ${channels} channels`);
  }
  const biases = call.has(2) ? call.constant(2).values : undefined;
  if (biases !== undefined && biases.length !== filters)
    call.malformed(`${biases.length} biases; expected ${filters}, one per filter`);
  const { shape: windows, positions } = windowsOf(call, grid, kernel);
  const [cellCount, kernelSize] = [sizeOf(grid), sizeOf(kernel)];
  call.spend(filters * positions.length * (depth * kernelSize + 1));
  // Zeros of a preceding Pad are skipped, like the padding of the convolution itself.
  const inputs = entries.map((entry) =>
    entry.from.length === 0 && entry.bias === 0 ? undefined : call.tape.node(entry),
  );
  const result: Entry[] = [];
  for (let filter = 0; filter < filters; filter++) {
    const first = Math.floor(filter / (filters / groups)) * depth;
    for (const window of positions) {
      const terms: Entry[] = [];
      const retained: number[] = [];
      for (let channel = 0; channel < depth; channel++) {
        window.forEach((position, k) => {
          const input = position < 0 ? undefined : inputs[(first + channel) * cellCount + position];
          if (input === undefined) return;
          const at = channel * kernelSize + k;
          retained.push(at);
          terms.push(affine(input, values[filter * depth * kernelSize + at], 0));
        });
      }
      const added = sum(terms);
      const entry = { ...added, bias: biases?.[filter] ?? 0 };
      const key = `${call.node.output[0]}.${filter}`;
      result.push(added.from.length === retained.length ? { ...entry, share: { key, indices: retained } } : entry);
    }
  }
  return { shape: [filters, ...windows], entries: result };
};

/** Pooling: a node per channel and window. */
function pool(
  call: Call,
  entryOf: (window: readonly Entry[], kernelSize: number) => Entry,
  kernel?: readonly number[],
): Rows {
  const { shape, entries } = call.rows(0);
  const [channels, ...grid] = shape;
  if (call.resultCount > 1) call.unsupported('the indices of the selected values as a second output');
  const { shape: windows, positions } = windowsOf(call, grid, kernel ?? call.integers('kernel_shape') ?? []);
  const cellCount = sizeOf(grid);
  call.spend(channels * positions.length * ((positions.at(0)?.length ?? 0) + 1));
  // An entry that is a sum of several nodes becomes a node. Create these nodes in the order of the grid, not of the
  // windows.
  for (const each of entries) if (each.from.length > 1) call.tape.node(each);
  const result: Entry[] = [];
  for (let channel = 0; channel < channels; channel++) {
    for (const window of positions) {
      const inside = window.flatMap((position) => (position < 0 ? [] : [entries[channel * cellCount + position]]));
      if (inside.length === 0) call.malformed('a window lies entirely in the padding');
      result.push(inside.length === 1 && window.length === 1 ? inside[0] : entryOf(inside, window.length));
    }
  }
  return { shape: [channels, ...windows], entries: result };
}

const aggregate = (call: Call, aggregation: Aggregation) => (window: readonly Entry[]) =>
  call.tape.aggregate(aggregation, window);

export const maxPool: Operator = (call) => pool(call, aggregate(call, max));

/** `AveragePool`. With `count_include_pad`, the zeros of the padding are part of the average. */
export const averagePool: Operator = (call) => {
  const withPadding = call.integer('count_include_pad', 0) !== 0;
  const average = aggregate(call, mean);
  return pool(call, (window, kernelSize) =>
    withPadding && window.length < kernelSize ? affine(sum(window), 1 / kernelSize, 0) : average(window),
  );
};

/** Pooling with one window, the whole grid. */
const globalPool =
  (aggregation: Aggregation): Operator =>
  (call) =>
    pool(call, aggregate(call, aggregation), call.rows(0).shape.slice(1));

export const globalMaxPool = globalPool(max);
export const globalAveragePool = globalPool(mean);

/** `Pad` with a constant value. A negative pad removes entries. */
export const pad: Operator = (call) => {
  const rows = call.rows(0);
  const { shape, entries } = rows;
  if (call.text('mode', 'constant') !== 'constant' || call.has(3))
    call.unsupported('a mode other than constant, or a list of axes');
  const pads = call.listed(1, 'pads') ?? [];
  const axes = shape.length + 1;
  if (pads.length !== 2 * axes || !pads.every(Number.isInteger))
    call.malformed(`pads [${pads.join(', ')}]; expected ${2 * axes} integers`);
  if (pads[0] !== 0 || pads[axes] !== 0) call.unsupported('padding along the batch axis');
  if (pads.every((size) => size === 0)) return rows;
  const bias = call.has(2) ? (call.constant(2).values[0] ?? 0) : call.number('value', 0);
  const paddedShape = shape.map((size, axis) => size + pads[axis + 1] + pads[axes + axis + 1]);
  if (paddedShape.some((size) => size < 0))
    call.malformed(`pads [${pads.join(', ')}] remove more entries than the tensor has`);
  call.spend(sizeOf(paddedShape));
  const padding: Entry = { from: [], weights: [], bias };
  const padded = cells(paddedShape).map((coordinates) => {
    const at = positionOf(
      shape,
      coordinates.map((p, axis) => p - pads[axis + 1]),
    );
    return at < 0 ? padding : entries[at];
  });
  return { shape: paddedShape, entries: padded };
};
