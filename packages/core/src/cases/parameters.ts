/** Case 3: the parameters of a node whose dloss/dx is known. Look inside the node only. */
import type { SampleCache } from '../cache.js';
import type { Graph } from '../graph.js';

/**
 *     dloss/db_i  = dloss/dx_i · c_i · g'(h_i)        =  dloss/dx_i · slope_i
 *     dloss/dc_i  = dloss/dx_i · g(h_i)
 *     dloss/dw_ji = dloss/dx_i · c_i · g'(h_i) · x_j  =  dloss/db_i · x_j
 *
 * @param gradients - Added to, in the graph's layout.
 */
export function parameterGradients(graph: Graph, sample: SampleCache, i: number, gradients: Float64Array): void {
  const { g, x, slope, dLossDx } = sample;
  const dLossDb = dLossDx[i] * slope[i];
  const scale = graph.scaleIndex(i);

  gradients[graph.biasIndex(i)] += dLossDb;
  if (scale >= 0) gradients[scale] += dLossDx[i] * g[i];
  for (let edge = graph.edgeStart[i]; edge < graph.edgeStart[i + 1]; edge++) {
    gradients[graph.weightIndex(edge, i)] += dLossDb * x[graph.predecessors[edge]];
  }
}
