/** Case 3: the parameters of a node whose dloss/dx is known. Look inside the node only. */
import { type SequenceCache, sourceValue } from '../cache.js';
import type { Graph } from '../graph.js';

/**
 *     dloss/db_i = dloss/dx_i · c_i · g'(h_i)                      =  dloss/dx_i · slope_i
 *     dloss/dc_i = dloss/dx_i · g(h_i)
 *     dloss/dw_e = dloss/dx_i · c_i · g'(h_i) · dA/dz_e · x_source  =  dloss/db_i · dA/dz_e · x_source
 *
 * dA/dz_e is 1 where the node adds. In a sequence these are step t's summands of Σ_t, and x_source is of delay_e steps
 * before.
 *
 * @param gradients - Added to, slot by slot; see `Graph`. What a constant gets is not read.
 */
export function parameterGradients(
  graph: Graph,
  sequence: SequenceCache,
  t: number,
  i: number,
  gradients: Float64Array,
): void {
  const { g, slope, dLossDx, aggregated } = sequence.steps[t];
  const dLossDb = dLossDx[i] * slope[i];

  gradients[graph.biasSlot(i)] += dLossDb;
  gradients[graph.scaleSlot(i)] += dLossDx[i] * g[i];
  for (let edge = graph.edgeStart[i]; edge < graph.edgeStart[i + 1]; edge++) {
    const dAdz = aggregated === undefined ? 1 : aggregated.dAdz[edge];
    gradients[graph.weightSlot(edge, i)] += dLossDb * dAdz * sourceValue(graph, sequence, t, edge);
  }
}
