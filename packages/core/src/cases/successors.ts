/** Case 2: the value of any other node. By the chain rule it acts on the loss through its successors. */
import type { SampleCache } from '../cache.js';
import type { Graph } from '../graph.js';

/**
 *     dloss/dx_i = Σ over successors j of  dloss/dx_j · dx_j/dx_i
 *     dx_j/dx_i  = c_j · g'(h_j) · w_ij  =  slope_j · w_ij
 *
 * Both quantities of j are in the cache: its dloss/dx was found before, since j comes after i.
 */
export function valueFromSuccessors(graph: Graph, parameters: Float64Array, sample: SampleCache, i: number): number {
  const { slope, dLossDx } = sample;
  const { successorStart, successors, successorEdges } = graph;
  let sum = 0;
  for (let k = successorStart[i]; k < successorStart[i + 1]; k++) {
    const j = successors[k];
    const w = parameters[graph.weightIndex(successorEdges[k], j)];
    sum += dLossDx[j] * slope[j] * w;
  }
  return sum;
}
