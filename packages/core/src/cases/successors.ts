/** Case 2: dloss/dx of a node with successors, by the chain rule: the node affects the loss through its successors. */
import type { SequenceCache } from '../cache.js';
import type { Graph } from '../graph.js';
import { successorsOf } from '../successors.js';

/**
 *     dloss/dx_i(t) = Σ over edges e: i → j of  dloss/dx_j(t + delay_e) · dx_j/dx_i
 *     dx_j/dx_i     = c_j · g'(h_j) · dA/dz_e · w_e  =  slope_j · dA/dz_e · w_e
 *
 * A is the aggregation of node j, and z_e = w_e · x_i(t). For the default aggregation, the sum, dA/dz_e is 1. In a
 * graph without delays, delay_e is 0 for every edge. Every quantity of j is in the cache: the backward pass computes j
 * before i, since j comes after i in topological order or belongs to a later step.
 *
 * @param slots - Parameters and constants; see `Graph`.
 */
export function derivativeFromSuccessors(
  graph: Graph,
  slots: Float64Array,
  { steps, length }: SequenceCache,
  t: number,
  i: number,
  successors = successorsOf(graph),
): number {
  const { successorStart, edgeDelay } = graph;
  const { nodes, edges } = successors;
  let { slope, dLossDx, aggregated } = steps[t];
  let sum = 0;
  const end = successorStart[i + 1];
  for (let k = successorStart[i]; k < end; k++) {
    const edge = edges[k];
    const j = nodes[k];
    if (edgeDelay !== undefined) {
      const later = t + edgeDelay[edge];
      if (later >= length) continue;
      ({ slope, dLossDx, aggregated } = steps[later]);
    }
    const dLossDh = dLossDx[j] * slope[j];
    const dLossDz = aggregated === undefined ? dLossDh : dLossDh * aggregated.dAdz[edge];
    sum += dLossDz * slots[graph.weightSlot(edge, j)];
  }
  return sum;
}
