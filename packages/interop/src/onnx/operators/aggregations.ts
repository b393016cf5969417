/**
 * Reductions other than sums. Each becomes nodes with an aggregation. Two aggregations need several ONNX operators:
 * TopK, Gather and ReduceMean compute the median; Abs, ArgMax and GatherElements compute maxAbs.
 */
import { maxAbs, mean, median } from '@nnbp/aggregations';
import type { Aggregation } from '@nnbp/core';
import { adviceFor } from '../advice.js';
import { permute } from '../axes.js';
import type { Call } from '../call.js';
import { sizeOf } from '../../size-of.js';
import { type Entry, ratio, type Rows } from '../tape.js';
import { isActivationPart, type Operator, termCount } from './operator.js';

/** The index of the last axis, counting the axes of the batch and the steps. */
const lastAxisOf = (call: Call, shape: readonly number[]) => shape.length + (call.lead?.length ?? 1) - 1;

/** The operands of a reduction: one group of entries per entry of the result, and the shape of the result. */
interface Reduction extends Pick<Rows, 'shape' | 'batchAxis'> {
  readonly groups: readonly (readonly Entry[])[];
}

/** Groups the entries of rows by the axes that a reduction keeps. */
export function reduction(call: Call, rows: Rows): Reduction {
  const { shape, entries, batchAxis = 0 } = rows;
  const axes = call.listed(1, 'axes') ?? [];
  if (axes.length === 0 && call.integer('noop_with_empty_axes', 0) !== 0) call.unsupported('noop_with_empty_axes');
  if (axes.length === 0) call.unsupported('a reduction over all axes, including the batch');
  const reduced = new Set(axes.map((axis) => call.axisOf(rows, axis)));
  const kept = [...shape.keys()].filter((axis) => !reduced.has(axis));
  const width = sizeOf([...reduced].map((axis) => shape[axis]));
  if (width === 0) call.unsupported('an axis of size 0');
  call.spend(2 * termCount(entries));
  const ordered = permute(entries, shape, [...kept, ...[...reduced].sort((a, b) => a - b)]);
  const groups = Array.from({ length: entries.length / width }, (_, k) => ordered.slice(k * width, (k + 1) * width));
  if (call.integer('keepdims', 1) !== 0) {
    return { shape: shape.map((size, axis) => (reduced.has(axis) ? 1 : size)), batchAxis, groups };
  }
  const before = [...reduced].filter((axis) => axis < batchAxis).length;
  return { shape: kept.map((axis) => shape[axis]), batchAxis: batchAxis - before, groups };
}

/** Converts a reduction to one node per group. */
export const aggregation =
  (aggregation: Aggregation): Operator =>
  (call) => {
    const { groups, ...rows } = reduction(call, call.rows(0));
    return {
      ...rows,
      entries: groups.map((group) => (group.length === 1 ? group[0] : call.tape.aggregate(aggregation, group))),
    };
  };

/** `ReduceMean`. The mean of the middle of sorted values becomes the median. */
export const meanOrMedian: Operator = (call) => {
  const sorted = call.partial(0, 'middle');
  if (sorted === undefined) return aggregation(mean)(call);
  const axes = call.listed(1, 'axes') ?? [];
  if (axes.length !== 1 || (axes[0] !== -1 && axes[0] !== lastAxisOf(call, sorted.shape)))
    call.unsupported(`axes [${axes.join(', ')}]; expected the last axis`);
  return aggregateLastAxis(call, median, sorted, call.integer('keepdims', 1) !== 0);
};

function aggregateLastAxis(call: Call, aggregation: Aggregation, { shape, entries }: Rows, isKept: boolean): Rows {
  const rest = shape.slice(0, -1);
  const width = shape.at(-1)!;
  if (width === 0) call.unsupported('an axis of size 0');
  call.spend(2 * termCount(entries));
  const groups = Array.from({ length: sizeOf(rest) }, (_, k) => entries.slice(k * width, (k + 1) * width));
  return {
    shape: isKept ? [...rest, 1] : rest,
    entries: groups.map((group) => call.tape.aggregate(aggregation, group)),
  };
}

/** `TopK` with all entries of the last axis, which sorts them. Part of the median. */
export const sort: Operator = (call) => {
  const rows = call.rows(0);
  const width = rows.shape.at(-1) ?? 0;
  const axis = call.integer('axis', -1);
  const count = call.constant(1).values[0];
  const isSorted = call.integer('sorted', 1) !== 0;
  if (!isSorted || count !== width || (axis !== -1 && axis !== lastAxisOf(call, rows.shape))) {
    call.unsupported('a TopK that is not part of a median; expected one that sorts the whole last axis');
  }
  return { ...rows, endedBy: call.label, part: 'sorted' };
};

/** `Gather` of the middle of sorted values. Part of the median. */
export function middle(call: Call, sorted: Rows): Rows {
  const axis = call.integer('axis', 0);
  const width = sorted.shape.at(-1)!;
  const expected = width % 2 === 1 ? [width >> 1] : [(width >> 1) - 1, width >> 1];
  const { values } = call.constant(1);
  if ((axis !== -1 && axis !== lastAxisOf(call, sorted.shape)) || Array.from(values).join() !== expected.join()) {
    call.unsupported(
      'a Gather of sorted numbers that is not part of a median; expected one that reads the numbers in the middle',
    );
  }
  return { ...sorted, endedBy: call.label, part: 'middle' };
}

/** `ArgMax` of |z| over the last axis. Part of maxAbs. */
export const argMax: Operator = (call) => {
  const rows = call.rows(0);
  const axis = call.integer('axis', 0);
  const operands = rows.entries.map((entry) => {
    const node = call.tape.nodeOf(entry);
    const isAbsolute =
      node !== undefined && isActivationPart(node, 'abs') && entry.weights[0] === 1 && entry.bias === 0;
    return isAbsolute ? node.h : undefined;
  });
  const isPart = call.integer('keepdims', 1) === 1 && call.integer('select_last_index', 0) === 0;
  if (!isPart || (axis !== -1 && axis !== lastAxisOf(call, rows.shape)) || operands.includes(undefined)) {
    call.unsupported(
      `an ArgMax that is not part of maxAbs; expected one that finds the largest |z|. ${adviceFor('ArgMax')}`,
    );
  }
  return { shape: rows.shape, entries: operands as Entry[], endedBy: call.label, part: 'argMaxAbs' };
};

/** `GatherElements` at the position of the largest |z|. Completes maxAbs. */
export const gatherElements: Operator = (call) => {
  const rows = call.rows(0);
  const largest = call.partial(1, 'argMaxAbs');
  const same =
    largest?.entries.length === rows.entries.length &&
    largest.entries.every((entry, k) => ratio(rows.entries[k], entry) === 1);
  const axis = call.integer('axis', 0);
  if (!same || (axis !== -1 && axis !== lastAxisOf(call, rows.shape))) {
    call.unsupported('a GatherElements that is not part of maxAbs; expected one that reads the largest |z|');
  }
  return aggregateLastAxis(call, maxAbs, rows, true);
};
