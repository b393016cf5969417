/**
 * Computes the parameter derivatives (case 3) of each sample from the tables of a backward pass. The kernels compute
 * only the sum of these derivatives over all samples.
 */
import { type FloatArray, type Graph, type Loss, type Rows, samplesAt } from '@nnbp/core';
import type { TimeGraph } from './time.js';

/** The tables of the last pass, each with one row per node. */
export interface PassTables {
  readonly graph: Graph;
  readonly time: TimeGraph;
  /** The row of each node of `time.graph`. */
  readonly rowOf: ArrayLike<number>;
  /** Distance between rows, in numbers. */
  readonly rowLength: number;
  readonly x: Float32Array;
  readonly g: Float32Array;
  readonly slope: Float32Array;
  readonly dLossDx: Float32Array;
}

/** Returns a loss that equals one output, so that dloss/dx (case 1) is 1 for this output and 0 for the others. */
export const outputLoss = (output: number): Loss => ({
  name: `output ${output}`,
  value: (x) => x[output],
  derivative(_x, _t, dLossDx) {
    dLossDx.fill(0);
    dLossDx[output] = 1;
  },
});

/**
 * Adds the derivatives of output `output` at step `step` to the Jacobian `out`, for the samples that have this step.
 * Call it after a backward pass of `outputLoss(output)` at this step.
 *
 * @param slots - Parameters and constants; see `Graph`.
 */
export function addCaseThree(
  { graph, time, rowOf, rowLength, x, g, slope, dLossDx }: PassTables,
  slots: FloatArray,
  rows: Rows,
  step: number,
  output: number,
  out: FloatArray,
): void {
  const { inputCount, nodeCount, parameterCount, edgeStart, predecessors, stateStart } = graph;
  const stride = graph.outputs.length * parameterCount;
  const first = rows.start[step] * stride + output * parameterCount;
  const samples = samplesAt(rows, step);
  const delta = new Float64Array(samples);
  const sourceRow = (edge: number, t: number) => {
    const [j, earlier] = [predecessors[edge], t - graph.delay(edge)];
    return rowLength * rowOf[earlier >= 0 ? time.at(j, earlier) : time.stateInput(stateStart![j] - earlier - 1)];
  };
  for (let t = 0; t <= step; t++) {
    for (let i = inputCount; i < nodeCount; i++) {
      const row = rowLength * rowOf[time.at(i, t)];
      const [biasSlot, scaleSlot] = [graph.biasSlot(i), graph.scaleSlot(i)];
      for (let s = 0, to = first; s < samples; s++, to += stride) {
        delta[s] = dLossDx[row + s] * slope[row + s];
        if (biasSlot < parameterCount) out[to + biasSlot] += delta[s];
        if (scaleSlot < parameterCount) out[to + scaleSlot] += dLossDx[row + s] * g[row + s];
      }
      const edges = edgeStart[i + 1] - edgeStart[i];
      const sources = Array.from({ length: edges }, (_, e) => sourceRow(edgeStart[i] + e, t));
      const weightSlots = Array.from({ length: edges }, (_, e) => graph.weightSlot(edgeStart[i] + e, i));
      const aggregation = graph.aggregation(i);
      const z = new Float64Array(edges);
      const dAdz = new Float64Array(edges).fill(1);
      for (let s = 0, to = first; s < samples; s++, to += stride) {
        if (aggregation !== undefined) {
          for (let e = 0; e < edges; e++) z[e] = slots[weightSlots[e]] * x[sources[e] + s];
          aggregation.derivative(z, aggregation.value(z), dAdz);
        }
        for (let e = 0; e < edges; e++) {
          if (weightSlots[e] < parameterCount) out[to + weightSlots[e]] += delta[s] * dAdz[e] * x[sources[e] + s];
        }
      }
    }
  }
}
