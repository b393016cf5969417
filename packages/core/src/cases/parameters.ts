/**
 * Case 3: the gradients of a node's parameters. They need only dloss/dx of the node itself and the values of its
 * predecessors.
 */
import { type SequenceCache, sourceValue } from '../cache.js';
import type { Graph } from '../graph.js';

/**
 * Adds the derivatives of node i at step t to `gradients`:
 *
 *     dloss/db_i = dloss/dx_i · c_i · g'(h_i)                      =  dloss/dx_i · slope_i
 *     dloss/dc_i = dloss/dx_i · g(h_i)
 *     dloss/dw_e = dloss/dx_i · c_i · g'(h_i) · dA/dz_e · x_source  =  dloss/db_i · dA/dz_e · x_source
 *
 * dA/dz_e is 1 for the default aggregation, the sum. x_source is the value of the source at step t − delay_e. The
 * gradient of a sequence is the sum of these derivatives over all steps.
 *
 * @param gradients - The vector to which the derivatives are added. It has one entry per slot; see `Graph`. Nothing
 * reads the entries of fixed parameters.
 */
export function parameterGradients(
  graph: Graph,
  sequence: SequenceCache,
  t: number,
  i: number,
  gradients: Float64Array,
): void {
  const { g, x, slope, dLossDx, aggregated } = sequence.steps[t];
  const dLossDb = dLossDx[i] * slope[i];

  gradients[graph.biasSlot(i)] += dLossDb;
  gradients[graph.scaleSlot(i)] += dLossDx[i] * g[i];
  const end = graph.edgeStart[i + 1];
  for (let edge = graph.edgeStart[i]; edge < end; edge++) {
    const dLossDz = aggregated === undefined ? dLossDb : dLossDb * aggregated.dAdz[edge];
    gradients[graph.weightSlot(edge, i)] += dLossDz * sourceValue(graph, sequence, t, edge, x);
  }
}
