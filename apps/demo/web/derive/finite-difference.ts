import type { Graph, Network } from '@nnbp/core';
import type { QuantityName } from '@nnbp/explain';

/**
 * Computes dloss/dp by finite differences: (loss(p + d) − loss(p − d)) / 2d. Returns undefined if `name` is not a
 * parameter derivative, if the loss cannot be computed at p ± d, or if the result is not finite.
 *
 * @param lossOf - Computes the loss with the network's current parameters.
 */
export function finiteDifference(network: Network, name: QuantityName, lossOf: () => number): number | undefined {
  if (!isParameterDerivative(name)) return undefined;
  const { vector } = network.parameters;
  const index = parameterIndex(network.graph, name);
  const before = vector[index];
  const distance = 1e-5 * Math.max(1, Math.abs(before));
  const lossAt = (value: number) => {
    vector[index] = value;
    return lossOf();
  };
  try {
    const derivative = (lossAt(before + distance) - lossAt(before - distance)) / (2 * distance);
    return Number.isFinite(derivative) ? derivative : undefined;
  } catch {
    return undefined;
  } finally {
    vector[index] = before;
  }
}

export const isParameterDerivative = ({ quantity }: QuantityName): boolean =>
  quantity === 'dLossDb' || quantity === 'dLossDc' || quantity === 'dLossDw';

/** For a parameter derivative dloss/dp, returns the index of p in the parameter vector. */
export function parameterIndex(graph: Graph, { quantity, node, from }: QuantityName): number {
  const i = graph.indexOf(node);
  if (quantity === 'dLossDb') return graph.biasIndex(i);
  return quantity === 'dLossDc' ? graph.scaleIndex(i) : graph.weightIndex(edgeFrom(graph, i, from!), i);
}

/** Returns the index of the edge into node i whose `Graph.edgeName` is `name`; −1 if there is none. */
export function edgeFrom(graph: Graph, i: number, name: string): number {
  for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) if (graph.edgeName(e) === name) return e;
  return -1;
}
