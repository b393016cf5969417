/** The forward pass of the reference engine, for one node and step. */
import { type SequenceCache, sourceValue } from './cache.js';
import type { Graph } from './graph.js';

/**
 * Computes the pre-activation, the activation and the value of node i at step t:
 *
 *     z_e = w_e · x_source(e)(t − delay_e)    for every incoming edge e
 *     h_i = b_i + A(z)                        A: the node's aggregation; default: the sum
 *     g_i = g(h_i)
 *     x_i = c_i · g_i
 *
 * @param slots - Parameters and constants; see `Graph`.
 */
export function forward(graph: Graph, slots: Float64Array, sequence: SequenceCache, t: number, i: number): void {
  const { h, g, x } = sequence.steps[t];
  h[i] = preActivation(graph, slots, sequence, t, i);
  g[i] = graph.activations[graph.activationOf[i]].value(h[i]);
  x[i] = slots[graph.scaleSlot(i)] * g[i];
}

function preActivation(graph: Graph, slots: Float64Array, sequence: SequenceCache, t: number, i: number): number {
  const aggregation = graph.aggregation(i);
  const b = slots[graph.biasSlot(i)];
  const first = graph.edgeStart[i];
  const end = graph.edgeStart[i + 1];
  const { x, aggregated } = sequence.steps[t];
  if (aggregation === undefined) {
    let sum = b;
    for (let edge = first; edge < end; edge++) {
      sum += slots[graph.weightSlot(edge, i)] * sourceValue(graph, sequence, t, edge, x);
    }
    return sum;
  }
  const { z, a } = aggregated!;
  for (let edge = first; edge < end; edge++) {
    z[edge] = slots[graph.weightSlot(edge, i)] * sourceValue(graph, sequence, t, edge, x);
  }
  a[i] = aggregation.value(z.subarray(first, end));
  return b + a[i];
}

/**
 * Computes the derivatives that the backward pass uses more than once, for node i at step t:
 *
 *     slope_i = c_i · g'(h_i)
 *     dA/dz_e of every incoming edge e    omitted for the sum, where dA/dz_e = 1
 */
export function slope(graph: Graph, slots: Float64Array, { steps }: SequenceCache, t: number, i: number): void {
  const { h, g, slope, aggregated } = steps[t];
  slope[i] = slots[graph.scaleSlot(i)] * graph.activations[graph.activationOf[i]].derivative(h[i], g[i]);
  const aggregation = graph.aggregation(i);
  if (aggregation === undefined) return;
  const { z, a, dAdz } = aggregated!;
  const first = graph.edgeStart[i];
  const end = graph.edgeStart[i + 1];
  aggregation.derivative(z.subarray(first, end), a[i], dAdz.subarray(first, end));
}
