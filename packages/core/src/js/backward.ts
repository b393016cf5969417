/**
 * The backward pass of the js engine, for all samples of a batch at once. It visits the units of the program (groups of
 * nodes that are computed together) from the outputs to the inputs.
 */
import { edgeValues, type ForwardTables, gather } from './forward.js';
import { addProduct } from './product.js';
import type { Program, ProgramUnit, SparseEdges } from './program.js';

/** The tables of a pass; see `ForwardTables`. */
export interface Tables extends ForwardTables {
  readonly slope: Float64Array;
  readonly dLossDx: Float64Array;
  /** Per-sample dloss/dx · slope = dloss/dh. */
  readonly delta: Float64Array;
}

/**
 * Computes dloss/dx of every node (case 2 of backpropagation) and the gradients of the parameters (case 3).
 *
 * @param tables - The tables that `forward` filled. dLossDx must contain dloss/dx of the outputs (case 1) and, for
 * sequences, the contributions of later steps. All other entries of dLossDx must be 0.
 * @param gradients - The vector to which the gradients, summed over the samples, are added.
 * @param fromRow - The first row whose dLossDx is needed: 0, or the number of inputs.
 */
export function backward(
  program: Program,
  parameters: Float64Array,
  gradients: Float64Array,
  tables: Tables,
  samples: number,
  fromRow: number,
): void {
  const { units } = program;
  for (let u = units.length - 1; u >= 0; u--) {
    const unit = units[u];
    nodeGradients(unit, parameters, gradients, tables, samples);
    if (unit.combination !== undefined) combinedBackward(unit, parameters, gradients, 1, tables, samples);
    else if (unit.dense === undefined)
      sparseBackward(unit.sparse!, unit.firstRow, parameters, gradients, tables, samples);
    else denseBackward(unit.dense, parameters, gradients, tables, samples, fromRow);
  }
}

/** Computes slope = c · g'(h) and delta = dloss/dx · slope, and case 3 for b (Σ delta) and c (Σ dloss/dx · g). */
function nodeGradients(
  { activation, firstRow, count, biases, scales }: ProgramUnit,
  parameters: Float64Array,
  gradients: Float64Array,
  { h, g, slope, dLossDx, delta }: Tables,
  samples: number,
): void {
  for (let k = 0, at = firstRow * samples; k < count; k++) {
    const c = scales === undefined ? 1 : parameters[scales[k]];
    let dLossDb = 0;
    let dLossDc = 0;
    for (let s = 0; s < samples; s++, at++) {
      const value = g[at];
      const d = dLossDx[at];
      const slopeOfSample = c * activation.derivative(h[at], value);
      slope[at] = slopeOfSample;
      delta[at] = d * slopeOfSample;
      dLossDb += d * slopeOfSample;
      dLossDc += d * value;
    }
    gradients[biases[k]] += dLossDb;
    if (scales !== undefined) gradients[scales[k]] += dLossDc;
  }
}

/** Cases 2 and 3 in one loop over the edges, since both read the node's delta. */
function sparseBackward(
  { start, sources, weights }: SparseEdges,
  firstRow: number,
  parameters: Float64Array,
  gradients: Float64Array,
  { x, dLossDx, delta }: Tables,
  samples: number,
): void {
  for (let k = 0; k + 1 < start.length; k++) {
    const row = (firstRow + k) * samples;
    for (let e = start[k]; e < start[k + 1]; e++) {
      const w = parameters[weights[e]];
      const from = sources[e] * samples;
      let dLossDw = 0;
      for (let s = 0; s < samples; s++) {
        const d = delta[row + s];
        dLossDx[from + s] += d * w;
        dLossDw += d * x[from + s];
      }
      gradients[weights[e]] += dLossDw;
    }
  }
}

/**
 * Cases 2 and 3 of nodes with an aggregation A other than the sum: for each edge, dloss/dz = delta · dA/dz, where
 * z = w · x.
 *
 * @param target - The vector to which factor · dloss/dw is added.
 */
export function combinedBackward(
  { count, firstRow, sparse, combination }: ProgramUnit,
  parameters: Float64Array,
  target: Float64Array,
  factor: number,
  { x, a, dLossDx, delta }: Tables,
  samples: number,
): void {
  const { aggregation, scratch } = combination!;
  const { start, sources, weights } = sparse!;
  for (let k = 0, at = firstRow * samples; k < count; k++) {
    const { z, dAdz } = scratch[k];
    for (let s = 0; s < samples; s++, at++) {
      edgeValues(sparse!, k, parameters, x, s, samples, z);
      aggregation.derivative(z, a[at], dAdz);
      for (let e = 0; e < z.length; e++) {
        const d = delta[at] * dAdz[e];
        const w = weights[start[k] + e];
        const from = sources[start[k] + e] * samples + s;
        dLossDx[from] += d * parameters[w];
        target[w] += factor * (d * x[from]);
      }
    }
  }
}

function denseBackward(
  { sources, blocks }: NonNullable<ProgramUnit['dense']>,
  parameters: Float64Array,
  gradients: Float64Array,
  { x, dLossDx, delta }: Tables,
  samples: number,
  fromRow: number,
): void {
  const { firstRow: first, count: width, gathered } = sources;
  if (gathered !== undefined) {
    gather(sources, x, samples);
    dLossDx.fill(0, first * samples, (first + width) * samples);
  }
  // Case 2 skips predecessors before `fromRow`.
  const skipped = Math.min(width, Math.max(0, fromRow - first));
  for (const { firstRow, count, firstWeight, stride } of blocks) {
    addProduct(
      parameters, firstWeight + skipped, 1, stride,
      delta, firstRow * samples, samples, 1,
      dLossDx, (first + skipped) * samples, samples, 1,
      width - skipped, count, samples,
    ); // oxfmt-ignore
    addProduct(
      delta, firstRow * samples, samples, 1,
      x, first * samples, 1, samples,
      gradients, firstWeight, stride, 1,
      count, samples, width,
    ); // oxfmt-ignore
  }
  if (gathered === undefined) return;
  for (let k = 0, from = first * samples; k < gathered.length; k++) {
    for (let s = 0, to = gathered[k] * samples; s < samples; s++) dLossDx[to++] += dLossDx[from++];
  }
}
