/** Forward propagation: from the inputs to the outputs, each node once, after all it depends on. */
import type { SampleCache } from './cache.js';
import type { Graph } from './graph.js';

/**
 * The value of node i, and on the way its pre-activation and activation:
 *
 *     h_i = b_i + Σ over predecessors j of  w_ji · x_j
 *     g_i = g(h_i)
 *     x_i = c_i · g_i
 */
export function forward(graph: Graph, parameters: Float64Array, { h, g, x }: SampleCache, i: number): void {
  const scale = graph.scaleIndex(i);
  h[i] = preActivation(graph, parameters, x, i);
  g[i] = graph.activations[graph.activationOf[i]].value(h[i]);
  x[i] = scale < 0 ? g[i] : parameters[scale] * g[i];
}

function preActivation(graph: Graph, parameters: Float64Array, x: Float64Array, i: number): number {
  let sum = parameters[graph.biasIndex(i)];
  for (let edge = graph.edgeStart[i]; edge < graph.edgeStart[i + 1]; edge++) {
    sum += parameters[graph.weightIndex(edge, i)] * x[graph.predecessors[edge]];
  }
  return sum;
}

/** The slope of node i, the second quantity worth keeping: slope_i = c_i · g'(h_i). */
export function slope(graph: Graph, parameters: Float64Array, { h, g, slope }: SampleCache, i: number): void {
  const scale = graph.scaleIndex(i);
  const derivative = graph.activations[graph.activationOf[i]].derivative(h[i], g[i]);
  slope[i] = scale < 0 ? derivative : parameters[scale] * derivative;
}
