/**
 * Both passes of the js engine for one sample, where a row is a single number: the same sums as `forward.ts` and
 * `backward.ts` without their loops over samples, which would cost more than the sums of a small network.
 */
import { combinedBackward, type Tables } from './backward.js';
import { combine, type ForwardTables } from './forward.js';
import type { DenseBlock, Program, ProgramUnit, Sources, SparseEdges } from './program.js';

/** As `forward`, for one sample. */
export function forwardOne({ units }: Program, parameters: Float64Array, { h, g, x, a }: ForwardTables): void {
  for (let u = 0; u < units.length; u++) {
    const unit = units[u];
    const { dense, sparse, activation, biases, scales, firstRow, count } = unit;
    if (unit.combination !== undefined) combine(unit, parameters, h, x, a, 1);
    else if (dense === undefined) sumSparse(sparse!, biases, firstRow, parameters, h, x);
    else {
      const { sources, blocks } = dense;
      if (sources.gathered !== undefined) gather(sources, x);
      for (let k = 0; k < blocks.length; k++) sumDense(blocks[k], sources, parameters, h, x);
    }
    for (let k = 0, i = firstRow; k < count; k++, i++) {
      const value = activation.value(h[i]);
      g[i] = value;
      x[i] = scales === undefined ? value : parameters[scales[k]] * value;
    }
  }
}

/**
 * As `backward`, for one sample.
 *
 * @param adds - If false, gradients are overwritten instead of added to, which requires that `program.accumulates` is false.
 */
export function backwardOne(
  { units }: Program,
  parameters: Float64Array,
  gradients: Float64Array,
  tables: Tables,
  fromRow: number,
  adds: boolean,
): void {
  const { h, g, x, slope, dLossDx, delta } = tables;
  for (let u = units.length - 1; u >= 0; u--) {
    const unit = units[u];
    const { dense, sparse, activation, biases, scales, firstRow, count } = unit;
    if (scales !== undefined) {
      for (let k = 0, i = firstRow; k < count; k++, i++) {
        const scale = scales[k];
        gradients[scale] = (adds ? gradients[scale] : 0) + dLossDx[i] * g[i];
      }
    }
    for (let k = 0, i = firstRow; k < count; k++, i++) {
      const b = biases[k];
      const derivative = activation.derivative(h[i], g[i]);
      const answer = scales === undefined ? derivative : parameters[scales[k]] * derivative;
      const d = dLossDx[i] * answer;
      slope[i] = answer;
      delta[i] = d;
      gradients[b] = adds ? gradients[b] + d : d;
    }
    if (unit.combination !== undefined) combinedBackward(unit, parameters, gradients, tables, 1);
    else if (dense === undefined) sparseBackward(sparse!, firstRow, parameters, gradients, x, dLossDx, delta);
    else denseBackward(dense, parameters, gradients, x, dLossDx, delta, fromRow, adds);
  }
}

function gather({ firstRow, gathered }: Sources, x: Float64Array): void {
  for (let k = 0; k < gathered!.length; k++) x[firstRow + k] = x[gathered![k]];
}

/** h_i = b_i + Σ over predecessors j of w_ji · x_j for the nodes of a block, four at a time. */
function sumDense(
  { firstRow, count, firstWeight, stride, biases }: DenseBlock,
  { firstRow: first, count: width }: Sources,
  parameters: Float64Array,
  h: Float64Array,
  x: Float64Array,
): void {
  const end = first + width;
  const stride2 = 2 * stride;
  const stride3 = 3 * stride;
  let k = 0;
  let weight = firstWeight;
  for (; k + 3 < count; k += 4, weight += 4 * stride) {
    let h0 = parameters[biases[k]];
    let h1 = parameters[biases[k + 1]];
    let h2 = parameters[biases[k + 2]];
    let h3 = parameters[biases[k + 3]];
    // One index for four weights: a third faster than one for each.
    for (let j = first, w = weight; j < end; j++, w++) {
      const value = x[j];
      h0 += parameters[w] * value;
      h1 += parameters[w + stride] * value;
      h2 += parameters[w + stride2] * value;
      h3 += parameters[w + stride3] * value;
    }
    const i = firstRow + k;
    h[i] = h0;
    h[i + 1] = h1;
    h[i + 2] = h2;
    h[i + 3] = h3;
  }
  for (; k < count; k++, weight += stride) {
    let sum = parameters[biases[k]];
    for (let j = first, w = weight; j < end; j++, w++) sum += parameters[w] * x[j];
    h[firstRow + k] = sum;
  }
}

function sumSparse(
  { start, sources, weights }: SparseEdges,
  biases: Uint32Array,
  firstRow: number,
  parameters: Float64Array,
  h: Float64Array,
  x: Float64Array,
): void {
  for (let k = 0, e = 0; k < biases.length; k++) {
    let sum = parameters[biases[k]];
    for (const end = start[k + 1]; e < end; e++) sum += parameters[weights[e]] * x[sources[e]];
    h[firstRow + k] = sum;
  }
}

function sparseBackward(
  { start, sources, weights }: SparseEdges,
  firstRow: number,
  parameters: Float64Array,
  gradients: Float64Array,
  x: Float64Array,
  dLossDx: Float64Array,
  delta: Float64Array,
): void {
  for (let k = 0, e = 0; k + 1 < start.length; k++) {
    const d = delta[firstRow + k];
    for (const end = start[k + 1]; e < end; e++) {
      const w = weights[e];
      const j = sources[e];
      dLossDx[j] += d * parameters[w];
      gradients[w] += d * x[j];
    }
  }
}

function denseBackward(
  { sources: { firstRow: first, count: width, gathered }, blocks }: NonNullable<ProgramUnit['dense']>,
  parameters: Float64Array,
  gradients: Float64Array,
  x: Float64Array,
  dLossDx: Float64Array,
  delta: Float64Array,
  fromRow: number,
  adds: boolean,
): void {
  if (gathered !== undefined) {
    for (let k = 0; k < width; k++) {
      x[first + k] = x[gathered[k]];
      dLossDx[first + k] = 0;
    }
  }
  // Predecessors before `fromRow` are left out of case 2.
  const skipped = Math.min(width, Math.max(0, fromRow - first));
  for (let b = 0; b < blocks.length; b++) {
    const block = blocks[b];
    if (adds) addGradients(block, first, width, gradients, x, delta);
    else writeGradients(block, first, width, gradients, x, delta);
    if (skipped < width) addDerivatives(block, first, skipped, width, parameters, dLossDx, delta);
  }
  if (gathered === undefined) return;
  for (let k = 0; k < width; k++) dLossDx[gathered[k]] += dLossDx[first + k];
}

/** Case 3 of a block, four nodes at a time: dloss/dw = delta · x. */
function writeGradients(
  { firstRow, count, firstWeight, stride }: DenseBlock,
  first: number,
  width: number,
  gradients: Float64Array,
  x: Float64Array,
  delta: Float64Array,
): void {
  const end = first + width;
  const stride2 = 2 * stride;
  const stride3 = 3 * stride;
  let i = firstRow;
  let weight = firstWeight;
  for (const last = firstRow + count - 3; i < last; i += 4, weight += 4 * stride) {
    const d0 = delta[i];
    const d1 = delta[i + 1];
    const d2 = delta[i + 2];
    const d3 = delta[i + 3];
    for (let j = first, w = weight; j < end; j++, w++) {
      const value = x[j];
      gradients[w] = d0 * value;
      gradients[w + stride] = d1 * value;
      gradients[w + stride2] = d2 * value;
      gradients[w + stride3] = d3 * value;
    }
  }
  for (const last = firstRow + count; i < last; i++, weight += stride) {
    const d = delta[i];
    for (let j = first, w = weight; j < end; j++, w++) gradients[w] = d * x[j];
  }
}

/** Like `writeGradients`, but adds to the existing gradients. */
function addGradients(
  { firstRow, count, firstWeight, stride }: DenseBlock,
  first: number,
  width: number,
  gradients: Float64Array,
  x: Float64Array,
  delta: Float64Array,
): void {
  const end = first + width;
  for (let i = firstRow, weight = firstWeight; i < firstRow + count; i++, weight += stride) {
    const d = delta[i];
    for (let j = first, w = weight; j < end; j++, w++) gradients[w] += d * x[j];
  }
}

/** Case 2 of a block, four nodes at a time: dloss/dx_j += Σ over nodes of delta · w_j, from predecessor `skipped` on. */
function addDerivatives(
  { firstRow, count, firstWeight, stride }: DenseBlock,
  first: number,
  skipped: number,
  width: number,
  parameters: Float64Array,
  dLossDx: Float64Array,
  delta: Float64Array,
): void {
  const end = first + width;
  const stride2 = 2 * stride;
  const stride3 = 3 * stride;
  let i = firstRow;
  let weight = firstWeight + skipped;
  for (const last = firstRow + count - 3; i < last; i += 4, weight += 4 * stride) {
    const d0 = delta[i];
    const d1 = delta[i + 1];
    const d2 = delta[i + 2];
    const d3 = delta[i + 3];
    for (let j = first + skipped, w = weight; j < end; j++, w++) {
      dLossDx[j] =
        dLossDx[j] +
        d0 * parameters[w] +
        d1 * parameters[w + stride] +
        d2 * parameters[w + stride2] +
        d3 * parameters[w + stride3];
    }
  }
  for (const last = firstRow + count; i < last; i++, weight += stride) {
    const d = delta[i];
    for (let j = first + skipped, w = weight; j < end; j++, w++) dLossDx[j] += d * parameters[w];
  }
}
