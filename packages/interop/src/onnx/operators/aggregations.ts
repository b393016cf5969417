/** Reductions other than sums: each becomes a node with an aggregation. */
import { maxAbs, mean, median } from '@nnbp/aggregations';
import type { Aggregation } from '@nnbp/core';
import { adviceFor } from '../advice.js';
import type { Call } from '../call.js';
import { product as sizeOf } from '../constant.js';
import { type Entry, ratio, type Rows } from '../tape.js';
import { isUnfinished, type Operator, terms } from './operator.js';

/** The number of the last axis, counting those of the batch and the steps. */
const lastAxisOf = (call: Call, shape: readonly number[]) => shape.length + (call.lead?.length ?? 1) - 1;

/** Returns the shape without the last axis, and the length of that axis. */
export function lastAxis(
  call: Call,
  shape: readonly number[],
): { readonly rest: readonly number[]; readonly width: number } {
  const axes = call.listed(1, 'axes') ?? [];
  const last = lastAxisOf(call, shape);
  if (shape.length === 0 || axes.length !== 1 || (axes[0] !== last && axes[0] !== -1)) {
    call.unsupported(`over axes [${axes.join(', ')}]; expected the last one`);
  }
  const rest = shape.slice(0, -1);
  return { rest: call.whole('keepdims', 1) === 0 ? rest : [...rest, 1], width: shape[shape.length - 1] };
}

/** A reduction over the last axis, as a node per row. */
export const aggregation =
  (aggregation: Aggregation): Operator =>
  (call) => {
    const rows = call.rows(0);
    const { rest, width } = lastAxis(call, rows.shape);
    if (width === 1) return { shape: rest, entries: rows.entries };
    return aggregated(call, aggregation, rows, rest, width);
  };

function aggregated(
  call: Call,
  aggregation: Aggregation,
  { entries }: Rows,
  shape: readonly number[],
  width: number,
): Rows {
  if (width === 0) call.unsupported('over an axis of size 0');
  call.spend(2 * terms(entries));
  const groups = Array.from({ length: sizeOf(shape) }, (_, k) => entries.slice(k * width, (k + 1) * width));
  return { shape, entries: groups.map((group) => call.tape.aggregate(aggregation, group)) };
}

/** `ReduceMean`; the mean of the middle of sorted values is the median. */
export const meanOrMedian: Operator = (call) => {
  const sorted = call.partial(0, 'middle');
  if (sorted === undefined) return aggregation(mean)(call);
  const { rest } = lastAxis(call, [...sorted.shape.slice(0, -1), 1]);
  return aggregated(call, median, sorted, rest, sorted.shape.at(-1)!);
};

/** `TopK` of the whole last axis, which sorts it: a part of the median. */
export const sort: Operator = (call) => {
  const rows = call.rows(0);
  const width = rows.shape.at(-1) ?? 0;
  const axis = call.whole('axis', -1);
  const count = call.constant(1).values[0];
  const isSorted = call.whole('sorted', 1) !== 0;
  if (!isSorted || count !== width || (axis !== -1 && axis !== lastAxisOf(call, rows.shape))) {
    call.unsupported('anything but all of the last axis, sorted for a median');
  }
  return { ...rows, ended: call.label, part: 'sorted' };
};

/** The middle of sorted values: a part of the median. */
export function middle(call: Call, sorted: Rows): Rows {
  const axis = call.whole('axis', 0);
  const width = sorted.shape.at(-1)!;
  const expected = width % 2 === 1 ? [width >> 1] : [(width >> 1) - 1, width >> 1];
  const { values } = call.constant(1);
  if ((axis !== -1 && axis !== lastAxisOf(call, sorted.shape)) || Array.from(values).join() !== expected.join()) {
    call.unsupported('anything of sorted numbers but their middle, for a median');
  }
  return { ...sorted, ended: call.label, part: 'middle' };
}

/** `ArgMax` of |z| on the last axis: a part of maxAbs. */
export const argMax: Operator = (call) => {
  const rows = call.rows(0);
  const axis = call.whole('axis', 0);
  const absolute = rows.entries.map((entry) => {
    const node = call.tape.nodeOf(entry);
    const isAbsolute = node !== undefined && isUnfinished(node, 'abs') && entry.weights[0] === 1 && entry.bias === 0;
    return isAbsolute ? node.h : undefined;
  });
  const isPart = call.whole('keepdims', 1) === 1 && call.whole('select_last_index', 0) === 0;
  if (!isPart || (axis !== -1 && axis !== lastAxisOf(call, rows.shape)) || absolute.includes(undefined)) {
    call.unsupported(`a position; expected that of the largest |z|, for maxAbs. ${adviceFor('ArgMax')}`);
  }
  return { shape: rows.shape, entries: absolute as Entry[], ended: call.label, part: 'argMaxAbs' };
};

/** `GatherElements` at the position of the largest |z|: maxAbs. */
export const gatherElements: Operator = (call) => {
  const rows = call.rows(0);
  const largest = call.partial(1, 'argMaxAbs');
  const same =
    largest?.entries.length === rows.entries.length &&
    largest.entries.every((entry, k) => ratio(rows.entries[k], entry) === 1);
  const axis = call.whole('axis', 0);
  if (!same || (axis !== -1 && axis !== lastAxisOf(call, rows.shape))) {
    call.unsupported('positions that are computed; expected those of the largest |z|, for maxAbs');
  }
  return aggregated(call, maxAbs, rows, [...rows.shape.slice(0, -1), 1], rows.shape.at(-1)!);
};
