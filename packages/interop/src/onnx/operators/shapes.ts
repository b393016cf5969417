/** Operators that only move data: reorder, reshape, join or split. */
import { product as sizeOf } from '../constant.js';
import type { Entry, Rows } from '../tape.js';
import type { Call } from '../call.js';
import { middle } from './aggregations.js';
import { withBatchAt } from './matrices.js';
import type { Operator } from './operator.js';

/** Returns its operand unchanged. */
export const same: Operator = (call) => call.operand(0);

/** `Cast` to a floating-point type. Constants, which may be sizes and positions, are not changed. */
export const cast: Operator = (call) => {
  const operand = call.operand(0);
  const to = call.whole('to', 1);
  if ('entries' in operand && ![1, 10, 11, 16].includes(to)) call.unsupported(`to type ${to}; expected floats`);
  return operand;
};

/** `Dropout`, which does nothing in inference. */
export const dropout: Operator = (call) => {
  if (call.has(2) && call.constant(2).values[0] !== 0) call.unsupported('in training');
  return call.operand(0);
};

/** Maximum number of axes. */
const maxAxes = 16;

/** `Reshape`: 0 copies a size, −1 is inferred. The batch remains the first axis. */
export const reshape: Operator = (call) => {
  const target = call.constant(1).values;
  if (target.length > maxAxes) call.unsupported(`to ${target.length} axes`);
  const moved = call.partial(0, 'moved');
  if (moved !== undefined) return reshapeAfterBatch(call, moved, target);
  const operand = call.operand(0);
  const isRows = 'entries' in operand;
  const source = isRows ? operand.shape : operand.dims;
  const size = sizeOf(source);
  const asked = Array.from(target)
    .slice(isRows ? 1 : 0)
    .map((value, axis) => (value === 0 ? (source[axis] ?? 0) : value));
  const known = sizeOf(asked.filter((value) => value !== -1));
  const shape = asked.map((value) => (value === -1 ? size / known : value));
  const whole = shape.every((value) => Number.isSafeInteger(value) && value >= 0);
  if (!whole || sizeOf(shape) !== size || (isRows && target.length === 0)) {
    call.unsupported(`from [${isRows ? 'batch, ' : ''}${source.join(', ')}] to [${Array.from(target).join(', ')}]`);
  }
  return isRows ? { ...call.rows(0), shape } : { values: operand.values, dims: shape };
};

/** `Reshape` of the axes after the batch, where that is not the first axis: 0 copies those before, and the batch. */
function reshapeAfterBatch(call: Call, { shape, entries, batchAxis = 0 }: Rows, target: ArrayLike<number>): Rows {
  const [before, after] = [shape.slice(0, batchAxis), shape.slice(batchAxis)];
  const asked = Array.from(target);
  const isKept = asked.slice(0, batchAxis + 1).every((size, axis) => size === 0 || size === before[axis]);
  const rest = asked.slice(batchAxis + 1);
  if (!isKept || asked.length <= batchAxis || (rest.join() !== '-1' && rest.join() !== `${sizeOf(after)}`)) {
    call.unsupported(
      `with the batch as axis ${batchAxis} to [${asked.join(', ')}]; expected 0 for it, and one axis after`,
    );
  }
  return withBatchAt(call, batchAxis, { shape: [...before, sizeOf(after)], entries });
}

/** `Flatten` of all axes except the batch. */
export const flatten: Operator = (call) => {
  if (call.whole('axis', 1) !== 1) call.unsupported(`axis ${call.whole('axis', 1)}`);
  const { shape, entries } = call.rows(0);
  return { shape: [sizeOf(shape)], entries };
};

/** The axes from an operand or attribute, counted from the first after the batch. */
function namedAxes(call: Call, rank: number): number[] | undefined {
  return call.listed(1, 'axes')?.map((axis) => (axis < 0 ? axis + rank : axis - 1));
}

/** `Squeeze` of axes of size 1. Default: all of them except the batch. */
export const squeeze: Operator = (call) => {
  const directed = call.partial(0, 'directed');
  if (directed !== undefined) {
    if (call.listed(1, 'axes')?.join() !== `${directed.directions}`)
      call.unsupported('axes other than that of the directions');
    return { shape: directed.shape, entries: directed.entries, lead: directed.lead! };
  }
  if (call.lead !== undefined) call.unsupported('of a sequence');
  const moved = call.partial(0, 'moved');
  if (moved !== undefined) return squeezeMoved(call, moved);
  const rows = call.rows(0);
  const { shape } = rows;
  const axes = namedAxes(call, shape.length) ?? shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  if (axes.some((axis) => shape[axis] !== 1)) {
    call.unsupported(`axes [${axes.map((axis) => axis + 1).join(', ')}] of [batch, ${shape.join(', ')}]`);
  }
  return { ...rows, shape: shape.filter((_, axis) => !axes.includes(axis)) };
};

/** `Squeeze` of axes of size 1 where the batch is not the first. */
function squeezeMoved(call: Call, { shape, entries, batchAxis = 0 }: Rows): Rows {
  const sizes = [...shape.slice(0, batchAxis), 0, ...shape.slice(batchAxis)];
  const named = call.listed(1, 'axes') ?? sizes.flatMap((size, axis) => (size === 1 ? [axis] : []));
  const axes = new Set(named.map((axis) => (axis < 0 ? axis + sizes.length : axis)));
  if ([...axes].some((axis) => sizes[axis] !== 1)) call.unsupported(`axes [${named.join(', ')}]`);
  const kept = [...sizes.keys()].filter((axis) => !axes.has(axis));
  return withBatchAt(call, kept.indexOf(batchAxis), {
    shape: kept.filter((axis) => axis !== batchAxis).map((axis) => sizes[axis]),
    entries,
  });
}

/** `Unsqueeze`: inserts axes of size 1 after the batch. */
export const unsqueeze: Operator = (call) => {
  const rows = call.rows(0);
  const newAxes = call.listed(1, 'axes') ?? [];
  const rank = rows.shape.length + newAxes.length;
  if (rank > maxAxes) call.unsupported(`to ${rank} axes`);
  const axes = newAxes.map((axis) => (axis < 0 ? axis + rank : axis - 1));
  if (axes.some((axis) => !Number.isInteger(axis) || axis < 0 || axis >= rank)) {
    call.unsupported(`axes [${newAxes.join(', ')}]`);
  }
  const rest = [...rows.shape];
  return { ...rows, shape: Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!)) };
};

/** `Slice` of columns: from `starts` to before `ends`, every `steps`-th. */
export const slice: Operator = (call) => {
  const { shape, entries } = call.rows(0);
  const [starts, ends] = [call.listed(1, 'starts') ?? [], call.listed(2, 'ends') ?? []];
  const axes = call.listed(3, 'axes') ?? starts.map((_, k) => k);
  const steps = call.listed(4, 'steps') ?? starts.map(() => 1);
  if (shape.length !== 1 || starts.length !== 1 || ends.length !== 1 || axes.length !== 1 || steps.length !== 1) {
    call.unsupported('anything but columns of a table');
  }
  call.expectAxis(axes[0]);
  const width = entries.length;
  const step = steps[0];
  if (step === 0) call.malformed('a step of 0');
  const within = (at: number, lowest: number, highest: number) =>
    Math.min(highest, Math.max(lowest, at < 0 ? at + width : at));
  const [lowest, highest] = step > 0 ? [0, width] : [-1, width - 1];
  const [from, to] = [within(starts[0], lowest, highest), within(ends[0], lowest, highest)];
  const chosen: Entry[] = [];
  call.spendCopies(width);
  for (let k = from; step > 0 ? k < to : k > to; k += step) chosen.push(entries[k]);
  return { shape: [chosen.length], entries: chosen };
};

/** `Concat` of columns. */
export const concat: Operator = (call) => {
  call.expectAxis(call.whole('axis', 1));
  const parts = Array.from({ length: call.count }, (_, k) => call.table(k));
  const width = parts.reduce((all, { entries }) => all + entries.length, 0);
  call.spendCopies(width);
  return { shape: [width], entries: parts.flatMap(({ entries }) => entries) };
};

/** The last step of sequences. The entries stay the same, since they are those of every step. */
function lastStep(call: Call, rows: Rows): Rows | undefined {
  const axis = call.whole('axis', 0);
  const [first] = rows.lead?.length === 2 ? rows.lead : [];
  if (first === undefined || (axis !== 0 && axis !== 1)) return undefined;
  const { dims, values } = call.constant(1);
  if (rows.lead![axis] !== call.tape.stepAxis) call.unsupported('of samples');
  if (dims.length !== 0 || values[0] !== -1) call.unsupported('steps other than the last one, −1');
  return { shape: rows.shape, entries: rows.entries, lead: [0] };
}

/** `Gather` of columns at these positions, or of the last step. The shape of the positions becomes the shape of the result. */
export const gather: Operator = (call) => {
  const sorted = call.partial(0, 'sorted');
  if (sorted !== undefined) return middle(call, sorted);
  const last = lastStep(call, call.rows(0));
  if (last !== undefined) return last;
  call.expectAxis(call.whole('axis', 0));
  const { entries } = call.table(0);
  const { dims, values } = call.constant(1);
  call.spendCopies(values.length);
  const chosen = Array.from(
    values,
    (position): Entry | undefined => entries[position < 0 ? position + entries.length : position],
  );
  const outside = chosen.indexOf(undefined);
  if (outside >= 0) call.malformed(`position ${values[outside]} of ${entries.length} columns`);
  return { shape: dims, entries: chosen as Entry[] };
};

/** `Split` of columns. */
export const split: Operator = (call) => {
  call.expectAxis(call.whole('axis', 0));
  const { entries } = call.table(0);
  const splitSizes = call.listed(1, 'split');
  const even = Math.ceil(entries.length / call.results);
  const sizes =
    splitSizes ??
    Array.from({ length: call.results }, (_, k) => Math.min(even, Math.max(0, entries.length - k * even)));
  const fits =
    sizes.every((size) => Number.isInteger(size) && size >= 0) &&
    sizes.reduce((all, size) => all + size, 0) === entries.length;
  if (!fits || sizes.length !== call.results) call.malformed(`${entries.length} columns into [${sizes.join(', ')}]`);
  call.spendCopies(entries.length);
  let at = 0;
  return sizes.map((size) => ({ shape: [size], entries: entries.slice(at, (at += size)) }));
};
