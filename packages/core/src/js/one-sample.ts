/**
 * The forward and backward pass of the js engine for one sample: each node has one number instead of a row. The passes
 * compute the same sums as `forward.ts` and `backward.ts`, without the loops over samples, which would take more time
 * than the sums of a small network.
 */
import { combinedBackward, type Tables } from './backward.js';
import { combine, type ForwardTables, gather, sumSparse } from './forward.js';
import type { DenseBlock, Program, ProgramUnit, Sources, SparseEdges } from './program.js';

/** Like `forward`, for one sample. */
export function forwardOne({ units }: Program, parameters: Float64Array, { h, g, x, a }: ForwardTables): void {
  for (let u = 0; u < units.length; u++) {
    const unit = units[u];
    const { dense, sparse, activation, biases, scales, firstRow, count } = unit;
    if (unit.combination !== undefined) combine(unit, parameters, h, x, a, 1);
    else if (dense === undefined) sumSparse(sparse!, biases, firstRow, parameters, h, x, 1);
    else {
      const { sources, blocks } = dense;
      if (sources.gathered !== undefined) gather(sources, x, 1);
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
 * Like `backward`, for one sample.
 *
 * @param target - The vector to which factor · gradient is added. It can be `parameters` itself if
 * `hasSharedOrFixed` of the program is false, because each parameter is then written only after its last use.
 */
export function backwardOne(
  { units }: Program,
  parameters: Float64Array,
  target: Float64Array,
  factor: number,
  tables: Tables,
  fromRow: number,
): void {
  const { x, dLossDx, delta } = tables;
  for (let u = units.length - 1; u >= 0; u--) {
    const unit = units[u];
    const { dense, sparse, firstRow } = unit;
    nodeGradients(unit, parameters, target, factor, tables);
    if (unit.combination !== undefined) combinedBackward(unit, parameters, target, factor, tables, 1);
    else if (dense === undefined) sparseBackward(sparse!, firstRow, parameters, target, factor, x, dLossDx, delta);
    else denseBackward(dense, parameters, target, factor, x, dLossDx, delta, fromRow);
  }
}

/**
 * Computes slope = c · g'(h) and delta = dloss/dx · slope, and adds factor · gradient of b and c (case 3 of
 * backpropagation) to `target`.
 */
function nodeGradients(
  { activation, firstRow, count, biases, scales }: ProgramUnit,
  parameters: Float64Array,
  target: Float64Array,
  factor: number,
  { h, g, slope, dLossDx, delta }: Tables,
): void {
  for (let k = 0, i = firstRow; k < count; k++, i++) {
    let slopeOfNode = activation.derivative(h[i], g[i]);
    if (scales !== undefined) {
      slopeOfNode *= parameters[scales[k]];
      target[scales[k]] += factor * (dLossDx[i] * g[i]);
    }
    const d = dLossDx[i] * slopeOfNode;
    slope[i] = slopeOfNode;
    delta[i] = d;
    target[biases[k]] += factor * d;
  }
}

/** Computes h_i = b_i + Σ_j w_ji · x_j for the nodes of a block, four at a time. */
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
    // One index for four weights is a third faster than four indices.
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

function sparseBackward(
  { start, sources, weights }: SparseEdges,
  firstRow: number,
  parameters: Float64Array,
  target: Float64Array,
  factor: number,
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
      target[w] += factor * (d * x[j]);
    }
  }
}

function denseBackward(
  { sources: { firstRow: first, count: width, gathered }, blocks }: NonNullable<ProgramUnit['dense']>,
  parameters: Float64Array,
  target: Float64Array,
  factor: number,
  x: Float64Array,
  dLossDx: Float64Array,
  delta: Float64Array,
  fromRow: number,
): void {
  if (gathered !== undefined) {
    for (let k = 0; k < width; k++) {
      x[first + k] = x[gathered[k]];
      dLossDx[first + k] = 0;
    }
  }
  for (let b = 0; b < blocks.length; b++) {
    if (first + width <= fromRow) caseThree(blocks[b], first, width, target, factor, x, delta);
    else casesTwoAndThree(blocks[b], first, width, parameters, target, factor, x, dLossDx, delta);
  }
  if (gathered === undefined) return;
  for (let k = 0; k < width; k++) dLossDx[gathered[k]] += dLossDx[first + k];
}

/** Case 3 of a block, four nodes at a time: adds factor · delta_i · x_j to `target`. */
function caseThree(
  { firstRow, count, firstWeight, stride }: DenseBlock,
  first: number,
  width: number,
  target: Float64Array,
  factor: number,
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
      target[w] += factor * (d0 * value);
      target[w + stride] += factor * (d1 * value);
      target[w + stride2] += factor * (d2 * value);
      target[w + stride3] += factor * (d3 * value);
    }
  }
  for (const last = firstRow + count; i < last; i++, weight += stride) {
    const d = delta[i];
    for (let j = first, w = weight; j < end; j++, w++) target[w] += factor * (d * x[j]);
  }
}

/** Case 3 of a block and, in the same loops, case 2: dloss/dx_j += Σ_i delta_i · w_ji. */
function casesTwoAndThree(
  { firstRow, count, firstWeight, stride }: DenseBlock,
  first: number,
  width: number,
  parameters: Float64Array,
  target: Float64Array,
  factor: number,
  x: Float64Array,
  dLossDx: Float64Array,
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
      dLossDx[j] =
        dLossDx[j] +
        d0 * parameters[w] +
        d1 * parameters[w + stride] +
        d2 * parameters[w + stride2] +
        d3 * parameters[w + stride3];
      target[w] += factor * (d0 * value);
      target[w + stride] += factor * (d1 * value);
      target[w + stride2] += factor * (d2 * value);
      target[w + stride3] += factor * (d3 * value);
    }
  }
  for (const last = firstRow + count; i < last; i++, weight += stride) {
    const d = delta[i];
    for (let j = first, w = weight; j < end; j++, w++) {
      dLossDx[j] += d * parameters[w];
      target[w] += factor * (d * x[j]);
    }
  }
}
