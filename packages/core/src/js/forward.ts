/**
 * The forward pass of the js engine. Computes the units of the program (groups of nodes) one after another, each for
 * all samples of a batch at once.
 */
import type { DenseBlock, Program, ProgramUnit, Sources, SparseEdges } from './program.js';

/** The tables of a pass: `[rows × samples]`, row-major. Each node has one row. */
export interface ForwardTables {
  readonly h: Float64Array;
  readonly g: Float64Array;
  readonly x: Float64Array;
  /**
   * For each node with an aggregation A other than the sum: A(z), where z holds w · x for each edge into the node.
   * Empty if the graph has no such node.
   */
  readonly a: Float64Array;
}

/** Computes h, g and x of every node from the inputs' x. */
export function forward(
  { units }: Program,
  parameters: Float64Array,
  { h, g, x, a }: ForwardTables,
  samples: number,
): void {
  for (const unit of units) {
    const { dense, sparse, biases, firstRow } = unit;
    if (unit.combination !== undefined) combine(unit, parameters, h, x, a, samples);
    else if (dense === undefined) sumSparse(sparse!, biases, firstRow, parameters, h, x, samples);
    else {
      const { sources, blocks } = dense;
      if (sources.gathered !== undefined) gather(sources, x, samples);
      for (const block of blocks) sumDense(block, sources, parameters, h, x, samples);
    }
    activate(unit, parameters, h, g, x, samples);
  }
}

/** Copies the rows of a dense unit's predecessors to adjacent rows. */
export function gather({ firstRow, gathered }: Sources, x: Float64Array, samples: number): void {
  for (let k = 0, to = firstRow * samples; k < gathered!.length; k++) {
    for (let s = 0, from = gathered![k] * samples; s < samples; s++) x[to++] = x[from++];
  }
}

/** Computes H = B + W · X for a block, two nodes and four samples at a time. */
function sumDense(
  { firstRow, count, firstWeight, stride, biases }: DenseBlock,
  { firstRow: sourceRow, count: fanIn }: Sources,
  parameters: Float64Array,
  h: Float64Array,
  x: Float64Array,
  samples: number,
): void {
  let s = 0;
  for (; s + 3 < samples; s += 4) {
    const from = sourceRow * samples + s;
    let k = 0;
    let to = firstRow * samples + s;
    let weightStart = firstWeight;
    for (; k + 1 < count; k += 2, weightStart += 2 * stride, to += 2 * samples) {
      let h00 = parameters[biases[k]];
      let h10 = parameters[biases[k + 1]];
      let h01 = h00;
      let h02 = h00;
      let h03 = h00;
      let h11 = h10;
      let h12 = h10;
      let h13 = h10;
      for (let index = weightStart, at = from; index < weightStart + fanIn; index++, at += samples) {
        const w0 = parameters[index];
        const w1 = parameters[index + stride];
        const x0 = x[at];
        const x1 = x[at + 1];
        const x2 = x[at + 2];
        const x3 = x[at + 3];
        h00 += w0 * x0;
        h01 += w0 * x1;
        h02 += w0 * x2;
        h03 += w0 * x3;
        h10 += w1 * x0;
        h11 += w1 * x1;
        h12 += w1 * x2;
        h13 += w1 * x3;
      }
      h[to] = h00;
      h[to + 1] = h01;
      h[to + 2] = h02;
      h[to + 3] = h03;
      h[to + samples] = h10;
      h[to + samples + 1] = h11;
      h[to + samples + 2] = h12;
      h[to + samples + 3] = h13;
    }
    if (k === count) continue;
    let h0 = parameters[biases[k]];
    let h1 = h0;
    let h2 = h0;
    let h3 = h0;
    for (let index = weightStart, at = from; index < weightStart + fanIn; index++, at += samples) {
      const w0 = parameters[index];
      h0 += w0 * x[at];
      h1 += w0 * x[at + 1];
      h2 += w0 * x[at + 2];
      h3 += w0 * x[at + 3];
    }
    h[to] = h0;
    h[to + 1] = h1;
    h[to + 2] = h2;
    h[to + 3] = h3;
  }
  for (; s < samples; s++) {
    for (let k = 0, weightStart = firstWeight; k < count; k++, weightStart += stride) {
      let sum = parameters[biases[k]];
      for (let index = weightStart, at = sourceRow * samples + s; index < weightStart + fanIn; index++, at += samples)
        sum += parameters[index] * x[at];
      h[(firstRow + k) * samples + s] = sum;
    }
  }
}

/** Computes h_i = b_i + Σ_j w_ji · x_j for each node i of a sparse unit, four samples at a time. */
export function sumSparse(
  { start, sources, weights }: SparseEdges,
  biases: Uint32Array,
  firstRow: number,
  parameters: Float64Array,
  h: Float64Array,
  x: Float64Array,
  samples: number,
): void {
  for (let k = 0; k < biases.length; k++) {
    const row = (firstRow + k) * samples;
    const b = parameters[biases[k]];
    const end = start[k + 1];
    let s = 0;
    for (; s + 3 < samples; s += 4) {
      let h0 = b;
      let h1 = b;
      let h2 = b;
      let h3 = b;
      for (let e = start[k]; e < end; e++) {
        const w = parameters[weights[e]];
        const from = sources[e] * samples + s;
        h0 += w * x[from];
        h1 += w * x[from + 1];
        h2 += w * x[from + 2];
        h3 += w * x[from + 3];
      }
      h[row + s] = h0;
      h[row + s + 1] = h1;
      h[row + s + 2] = h2;
      h[row + s + 3] = h3;
    }
    for (; s < samples; s++) {
      let sum = b;
      for (let e = start[k]; e < end; e++) sum += parameters[weights[e]] * x[sources[e] * samples + s];
      h[row + s] = sum;
    }
  }
}

/** Computes z_e = w_e · x for every edge into node k of a unit, for sample s. */
export function edgeValues(
  { start, sources, weights }: SparseEdges,
  k: number,
  parameters: Float64Array,
  x: Float64Array,
  s: number,
  samples: number,
  z: Float64Array,
): void {
  const first = start[k];
  for (let e = 0; e < z.length; e++) z[e] = parameters[weights[first + e]] * x[sources[first + e] * samples + s];
}

/** Computes h_i = b_i + A(z). */
export function combine(
  { biases, count, firstRow, sparse, combination }: ProgramUnit,
  parameters: Float64Array,
  h: Float64Array,
  x: Float64Array,
  a: Float64Array,
  samples: number,
): void {
  const { aggregation, scratch } = combination!;
  for (let k = 0, at = firstRow * samples; k < count; k++) {
    const { z } = scratch[k];
    for (let s = 0; s < samples; s++, at++) {
      edgeValues(sparse!, k, parameters, x, s, samples, z);
      a[at] = aggregation.value(z);
      h[at] = parameters[biases[k]] + a[at];
    }
  }
}

/** Computes g = g(h) and x = c · g. */
function activate(
  { activation, firstRow, count, scales }: ProgramUnit,
  parameters: Float64Array,
  h: Float64Array,
  g: Float64Array,
  x: Float64Array,
  samples: number,
): void {
  for (let k = 0, at = firstRow * samples; k < count; k++) {
    const c = scales === undefined ? 1 : parameters[scales[k]];
    for (const end = at + samples; at < end; at++) {
      const value = activation.value(h[at]);
      g[at] = value;
      x[at] = c * value;
    }
  }
}
