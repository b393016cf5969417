/** The parameter of a derivative, and the derivative by finite differences. */
import type { Graph, Network } from '@nnbp/core';
import type { QuantityName } from '@nnbp/explain';

/**
 * dloss/dp of a parameter by finite differences: (loss(p + d) − loss(p − d)) / 2d. Undefined for what is not a
 * parameter, or if the loss cannot be computed at these points.
 *
 * @param lossOf - The loss with the network's current parameters.
 */
export function finiteDifference(network: Network, what: QuantityName, lossOf: () => number): number | undefined {
  // In a sequence, other numbers are of a node at a step.
  if (!isParameter(what)) return undefined;
  const { vector } = network.parameters;
  const index = parameterIndex(network.graph, what);
  const before = vector[index];
  const distance = 1e-5 * Math.max(1, Math.abs(before));
  const lossAt = (value: number) => {
    vector[index] = value;
    return lossOf();
  };
  try {
    const slope = (lossAt(before + distance) - lossAt(before - distance)) / (2 * distance);
    return Number.isFinite(slope) ? slope : undefined;
  } catch {
    return undefined;
  } finally {
    vector[index] = before;
  }
}

/** Whether a number is the derivative of a parameter. */
export const isParameter = ({ quantity }: QuantityName): boolean =>
  quantity === 'dLossDb' || quantity === 'dLossDc' || quantity === 'dLossDw';

/** A parameter's index in the parameters' layout. */
export function parameterIndex(graph: Graph, { quantity, node, from }: QuantityName): number {
  const i = graph.indexOf(node);
  if (quantity === 'dLossDb') return graph.biasIndex(i);
  return quantity === 'dLossDc' ? graph.scaleIndex(i) : graph.weightIndex(edgeFrom(graph, i, from!), i);
}

/** The edge into node i with this name, as in `Graph.edgeName`. */
export function edgeFrom(graph: Graph, i: number, name: string): number {
  for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) if (graph.edgeName(e) === name) return e;
  return -1;
}
