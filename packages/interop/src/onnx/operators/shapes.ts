/** Operators that only move data: they reorder, reshape, join or split it. */
import { sizeOf } from '../../size-of.js';
import { join, pick, slicePositions } from '../axes.js';
import type { Call } from '../call.js';
import { isFloatType } from '../schema.js';
import type { Rows } from '../tape.js';
import { middle } from './aggregations.js';
import type { Operator } from './operator.js';

export const passThrough: Operator = (call) => call.operand(0);

/** `Cast` of a computed operand to a floating-point type. */
export const cast: Operator = (call) => {
  const to = call.integer('to', 1);
  if (!isFloatType(to)) call.unsupported(`type ${to}; expected a floating-point type`);
  return call.rows(0);
};

/** `Dropout`, which does nothing at inference. */
export const dropout: Operator = (call) => {
  if (call.has(2) && call.constant(2).values[0] !== 0)
    call.unsupported('training mode; export the model for inference');
  return call.operand(0);
};

const maxAxes = 16;

/**
 * `Reshape`. A size of 0 means that the old size is kept, and a size of −1 is inferred. Axes before the batch axis stay
 * before it; all other axes stay after it.
 */
export const reshape: Operator = (call) => {
  const rows = call.rows(0);
  const target = call.targetShape(1);
  if (target.length > maxAxes) call.unsupported(`a tensor with ${target.length} axes; expected at most ${maxAxes}`);
  const { shape, batchAxis = 0 } = rows;
  const [before, after] = [sizeOf(shape.slice(0, batchAxis)), sizeOf(shape.slice(batchAxis))];
  const requested = target.map((size, axis) =>
    size === 0 && axis !== batchAxis ? (call.sizes(rows)[axis] ?? 0) : size,
  );
  const order = [batchAxis, ...requested.keys()];
  for (const axis of order) {
    const first = inferred(requested.slice(0, axis), before);
    const rest = inferred(requested.slice(axis + 1), after);
    if (axis < requested.length && first && rest && isBatch(call, rows, requested, axis)) {
      return { ...rows, shape: [...first, ...rest], batchAxis: axis };
    }
  }
  const from = [...shape.slice(0, batchAxis), 'batch', ...shape.slice(batchAxis)];
  const to = target.map((size) => (Number.isNaN(size) ? 'batch' : size));
  return call.unsupported(`a reshape from [${from.join(', ')}] to [${to.join(', ')}]`);
};

/** Replaces −1 in `sizes` so that their product is `size`. Returns undefined if that is impossible. */
function inferred(sizes: readonly number[], size: number): number[] | undefined {
  const known = sizeOf(sizes.filter((each) => each !== -1));
  const all = sizes.map((each) => (each === -1 ? size / known : each));
  return all.every((each) => Number.isSafeInteger(each) && each >= 0) && sizeOf(all) === size ? all : undefined;
}

/**
 * Whether an axis of the new shape can be the batch. It can if its size is unknown until the model runs or equals
 * the batch size, or if no other axis has the size −1.
 */
function isBatch(call: Call, { batchAxis = 0 }: Rows, requested: readonly number[], axis: number): boolean {
  const size = requested[axis];
  if (requested.some((each, k) => Number.isNaN(each) && k !== axis)) return false;
  if (size === 0) return axis === batchAxis;
  const isOtherInferred = requested.some((each, k) => each === -1 && k !== axis);
  return Number.isNaN(size) || (!isOtherInferred && size !== 0) || size === call.tape.batchSize;
}

/** `Flatten` of all axes except the batch. */
export const flatten: Operator = (call) => {
  const { shape, entries } = call.rows(0);
  const axis = call.integer('axis', 1);
  if ((axis < 0 ? axis + shape.length + 1 : axis) !== 1) call.unsupported(`axis ${axis}; expected 1`);
  return { shape: [sizeOf(shape)], entries };
};

/** `Squeeze` of axes of size 1. Default: all axes of size 1 except the batch. */
export const squeeze: Operator = (call) => {
  const directed = call.partial(0, 'directed');
  if (directed !== undefined) {
    if (call.listed(1, 'axes')?.join() !== `${directed.directionsAxis}`)
      call.unsupported('axes other than the direction axis');
    return { shape: directed.shape, entries: directed.entries, lead: directed.lead! };
  }
  if (call.lead !== undefined) call.unsupported('an operand that is a sequence');
  const rows = call.rows(0);
  const { shape, batchAxis = 0 } = rows;
  const named = call.listed(1, 'axes')?.map((axis) => call.axisOf(rows, axis));
  const axes = new Set(named ?? shape.flatMap((size, axis) => (size === 1 ? [axis] : [])));
  if ([...axes].some((axis) => shape[axis] !== 1)) {
    call.unsupported(`axes [${(call.listed(1, 'axes') ?? []).join(', ')}] of [batch, ${shape.join(', ')}]`);
  }
  return {
    ...rows,
    shape: shape.filter((_, axis) => !axes.has(axis)),
    batchAxis: batchAxis - [...axes].filter((axis) => axis < batchAxis).length,
  };
};

/** `Unsqueeze`: inserts axes of size 1. */
export const unsqueeze: Operator = (call) => {
  const rows = call.rows(0);
  const { shape, batchAxis = 0 } = rows;
  // 0 marks the batch in the sizes.
  const sizes = unsqueezed(call, shape.toSpliced(batchAxis, 0, 0));
  const newBatchAxis = shape.includes(0) ? call.unsupported('a tensor without entries') : sizes.indexOf(0);
  return { ...rows, shape: sizes.toSpliced(newBatchAxis, 1), batchAxis: newBatchAxis };
};

/** The sizes after an `Unsqueeze`. */
export function unsqueezed(call: Call, sizes: readonly number[]): number[] {
  const named = call.listed(1, 'axes') ?? [];
  const rank = sizes.length + named.length;
  if (rank > maxAxes) call.unsupported(`a tensor with ${rank} axes; expected at most ${maxAxes}`);
  const axes = new Set(named.map((axis) => (axis < 0 ? axis + rank : axis)));
  if ([...axes].some((axis) => !Number.isInteger(axis) || axis < 0 || axis >= rank) || axes.size !== named.length) {
    call.unsupported(`axes [${named.join(', ')}] for a result with ${rank} axes`);
  }
  const rest = [...sizes];
  return Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : rest.shift()!));
}

/** The axes that a `Slice` selects from, and the selected positions along each axis. */
export function slices(call: Call): { readonly axis: number; readonly positionsOf: (size: number) => number[] }[] {
  const [starts, ends] = [call.listed(1, 'starts') ?? [], call.listed(2, 'ends') ?? []];
  const axes = call.listed(3, 'axes') ?? starts.map((_, k) => k);
  const steps = call.listed(4, 'steps') ?? starts.map(() => 1);
  if (starts.length > maxAxes || [ends, axes, steps].some(({ length }) => length !== starts.length)) {
    call.malformed(
      `${starts.length} starts, ${ends.length} ends, ${axes.length} axes and ${steps.length} steps; expected equal numbers, at most ${maxAxes}`,
    );
  }
  const isWhole = [starts, ends, steps].flat().every(Number.isInteger);
  if (!isWhole || steps.includes(0)) call.malformed('expected integer starts and ends, and integer steps other than 0');
  return axes.map((axis, k) => ({
    axis,
    positionsOf: (size) => slicePositions(size, starts[k], ends[k], steps[k]),
  }));
}

/** `Slice`: every `steps`-th position from `starts` up to but not including `ends`. */
export const slice: Operator = (call) => {
  let rows = call.rows(0);
  for (const { axis: given, positionsOf } of slices(call)) {
    const axis = call.axisOf(rows, given);
    call.spendCopies(rows.entries.length);
    rows = picked(rows, axis, positionsOf(rows.shape[axis]));
  }
  return rows;
};

/** The entries at `positions` along an axis. */
const picked = (rows: Rows, axis: number, positions: readonly number[]): Rows => ({
  ...rows,
  shape: rows.shape.with(axis, positions.length),
  entries: pick(rows.entries, rows.shape, axis, positions),
});

export const concat: Operator = (call) => {
  const parts = Array.from({ length: call.count }, (_, k) => call.rows(k));
  if (parts.length === 0) call.malformed('expected operands, received none');
  const axis = call.axisOf(parts[0], call.integer('axis', 1));
  const others = ({ shape }: Rows) => shape.with(axis, 0).join();
  if (parts.some((part) => part.shape.length !== parts[0].shape.length || others(part) !== others(parts[0]))) {
    const shapes = parts.map(({ shape }) => `[batch, ${shape.join(', ')}]`);
    call.unsupported(`tensors of shapes ${shapes.join(', ')}; only the sizes along the concatenated axis can differ`);
  }
  call.spendCopies(parts.reduce((all, { entries }) => all + entries.length, 0));
  const width = parts.reduce((all, { shape }) => all + shape[axis], 0);
  const items = parts.map(({ shape, entries }) => ({ shape, items: entries }));
  return {
    shape: parts[0].shape.with(axis, width),
    entries: join(items, axis),
    batchAxis: parts[0].batchAxis ?? 0,
  };
};

/**
 * Reads a `Gather` of the last step of a sequence. The entries do not change, because they describe every step. Returns
 * undefined if the operand is not a sequence, or if the axis is neither the batch axis nor the step axis.
 */
function lastStep(call: Call, rows: Rows): Rows | undefined {
  const axis = call.integer('axis', 0);
  const [first] = rows.lead?.length === 2 ? rows.lead : [];
  if (first === undefined || (axis !== 0 && axis !== 1)) return undefined;
  const { dims, values } = call.constant(1);
  if (rows.lead![axis] !== call.tape.stepAxis) call.unsupported('a Gather along the batch axis');
  if (dims.length !== 0 || values[0] !== -1) call.unsupported('steps other than the last step, −1');
  return { shape: rows.shape, entries: rows.entries, lead: [0] };
}

/**
 * `Gather` of positions along an axis, of the last step, or of the middle of sorted values (part of a median). The shape
 * of the positions replaces the axis.
 */
export const gather: Operator = (call) => {
  const sorted = call.partial(0, 'sorted');
  if (sorted !== undefined) return middle(call, sorted);
  const rows = call.rows(0);
  const last = lastStep(call, rows);
  if (last !== undefined) return last;
  const axis = call.axisOf(rows, call.integer('axis', 0));
  const selected = call.constant(1);
  if (selected.dims.length > maxAxes)
    call.unsupported(`positions with ${selected.dims.length} axes; expected at most ${maxAxes}`);
  const positions = call.positions(selected, rows.shape[axis]);
  call.spendCopies((rows.entries.length / rows.shape[axis]) * positions.length);
  const { batchAxis = 0 } = rows;
  return {
    ...picked(rows, axis, positions),
    shape: rows.shape.toSpliced(axis, 1, ...selected.dims),
    batchAxis: axis < batchAxis ? batchAxis - 1 + selected.dims.length : batchAxis,
  };
};

export const split: Operator = (call) => {
  const rows = call.rows(0);
  const axis = call.axisOf(rows, call.integer('axis', 0));
  const width = rows.shape[axis];
  const even = Math.ceil(width / call.resultCount);
  const sizes =
    call.listed(1, 'split') ??
    Array.from({ length: call.resultCount }, (_, k) => Math.min(even, Math.max(0, width - k * even)));
  const fits =
    sizes.every((size) => Number.isInteger(size) && size >= 0) && sizes.reduce((all, size) => all + size, 0) === width;
  if (!fits || sizes.length !== call.resultCount)
    call.malformed(`an axis of size ${width} cannot be split into [${sizes.join(', ')}]`);
  call.spendCopies(rows.entries.length);
  let at = 0;
  return sizes.map((size) => {
    const first = at;
    at += size;
    return picked(
      rows,
      axis,
      Array.from({ length: size }, (_, k) => first + k),
    );
  });
};
