/**
 * The Jacobian in the js engine. Backpropagates from one output at a time, instead of from the loss. For each
 * parameter, keeps one derivative per sample, instead of the sum over the samples.
 */
import type { FloatArray } from '../contract.js';
import type { Tables } from './backward.js';
import { edgeValues, gather } from './forward.js';
import { addProduct } from './product.js';
import type { Program, ProgramUnit } from './program.js';

/** The position of one output's rows in the Jacobian. */
export interface RowLayout {
  /** The index in the flat array of the Jacobian at which the first sample's row starts. */
  readonly first: number;
  /** The number of entries from the start of one sample's row to the start of the next. */
  readonly stride: number;
  /** The number of samples that have a row. */
  readonly count: number;
  /** The number of samples in the tables, at least `count`. Samples after the first `count` are ignored. */
  readonly length: number;
  /** The number of parameters. Slots from this index on hold constants. */
  readonly parameterCount: number;
}

/**
 * Computes the derivatives of one output with respect to the nodes (case 2 of backpropagation) and the parameters
 * (case 3).
 *
 * @param tables - The tables that `forward` filled. In this file, dLossDx holds derivatives of one output, not of the
 * loss. The caller sets it to 1 for the output at the output's time step. At earlier time steps, it must already
 * contain the contributions of later steps.
 * @param out - The Jacobian, to which the derivatives of case 3 are added.
 */
export function jacobianRows(
  program: Program,
  slots: Float64Array,
  tables: Tables,
  layout: RowLayout,
  out: FloatArray,
): void {
  for (let u = program.units.length - 1; u >= 0; u--) {
    const unit = program.units[u];
    nodeDerivatives(unit, slots, tables, layout, out);
    if (unit.dense === undefined) edgeDerivatives(unit, slots, tables, layout, out);
    else denseDerivatives(unit.dense, slots, tables, layout, out);
  }
}

/**
 * Computes slope = c · g'(h) and delta = dLossDx · slope. Then applies case 3: the derivative with respect to b is
 * delta, and the derivative with respect to c is dLossDx · g.
 */
function nodeDerivatives(
  { activation, firstRow, count, biases, scales }: ProgramUnit,
  slots: Float64Array,
  { h, g, slope, dLossDx, delta }: Tables,
  { first, stride, count: samples, length, parameterCount }: RowLayout,
  out: FloatArray,
): void {
  for (let n = 0; n < count; n++) {
    const row = (firstRow + n) * length;
    const c = scales === undefined ? 1 : slots[scales[n]];
    const bias = biases[n];
    const scale = scales === undefined ? parameterCount : scales[n];
    delta.fill(0, row + samples, row + length);
    for (let s = 0, at = row, to = first; s < samples; s++, at++, to += stride) {
      slope[at] = c * activation.derivative(h[at], g[at]);
      delta[at] = dLossDx[at] * slope[at];
      if (bias < parameterCount) out[to + bias] += delta[at];
      if (scale < parameterCount) out[to + scale] += dLossDx[at] * g[at];
    }
  }
}

/** Cases 2 and 3 for the edges of sparse nodes and of nodes with an aggregation other than the sum. */
function edgeDerivatives(
  { count, firstRow, sparse, combination }: ProgramUnit,
  slots: Float64Array,
  { x, a, dLossDx, delta }: Tables,
  { first, stride, count: samples, length, parameterCount }: RowLayout,
  out: FloatArray,
): void {
  const { start, sources, weights } = sparse!;
  for (let n = 0; n < count; n++) {
    const row = (firstRow + n) * length;
    const scratch = combination?.scratch[n];
    for (let s = 0, to = first; s < samples; s++, to += stride) {
      if (combination !== undefined) {
        edgeValues(sparse!, n, slots, x, s, length, scratch!.z);
        combination.aggregation.derivative(scratch!.z, a[row + s], scratch!.dAdz);
      }
      for (let e = start[n]; e < start[n + 1]; e++) {
        const d = scratch === undefined ? delta[row + s] : delta[row + s] * scratch.dAdz[e - start[n]];
        const from = sources[e] * length + s;
        dLossDx[from] += d * slots[weights[e]];
        if (weights[e] < parameterCount) out[to + weights[e]] += d * x[from];
      }
    }
  }
}

function denseDerivatives(
  { sources, blocks }: NonNullable<ProgramUnit['dense']>,
  slots: Float64Array,
  { x, dLossDx, delta }: Tables,
  { first, stride, count: samples, length, parameterCount }: RowLayout,
  out: FloatArray,
): void {
  const { firstRow: source, count: width, gathered } = sources;
  if (gathered !== undefined) {
    gather(sources, x, length);
    dLossDx.fill(0, source * length, (source + width) * length);
  }
  for (const { firstRow, count, firstWeight, stride: weightStride } of blocks) {
    addProduct(
      slots, firstWeight, 1, weightStride,
      delta, firstRow * length, length, 1,
      dLossDx, source * length, length, 1,
      width, count, length,
    ); // oxfmt-ignore
    for (let n = 0, weight = firstWeight; n < count; n++, weight += weightStride) {
      const trainableCount = Math.min(width, parameterCount - weight);
      for (let s = 0, to = first + weight; s < samples; s++, to += stride) {
        const d = delta[(firstRow + n) * length + s];
        for (let k = 0, from = source * length + s; k < trainableCount; k++, from += length) out[to + k] += d * x[from];
      }
    }
  }
  if (gathered === undefined) return;
  for (let k = 0, from = source * length; k < gathered.length; k++) {
    for (let s = 0, to = gathered[k] * length; s < length; s++) dLossDx[to++] += dLossDx[from++];
  }
}
