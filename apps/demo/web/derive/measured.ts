/** A derivative by finite differences. */
import type { Network } from '@nnbp/core';
import type { QuantityName } from '@nnbp/explain';

/**
 * dloss/dp of a parameter by finite differences: (loss(p + d) − loss(p − d)) / 2d. Undefined for what is not a
 * parameter, or if the loss cannot be computed at these points.
 *
 * @param lossOf - The loss with the network's current parameters.
 */
export function measuredDerivative(
  network: Network,
  { quantity, node, from }: QuantityName,
  lossOf: () => number,
): number | undefined {
  const { graph } = network;
  const { vector } = network.parameters;
  // In a sequence, other numbers are of a node at a step.
  if (quantity !== 'dLossDb' && quantity !== 'dLossDc' && quantity !== 'dLossDw') return undefined;
  const i = graph.indexOf(node);
  const index =
    quantity === 'dLossDb'
      ? graph.biasIndex(i)
      : quantity === 'dLossDc'
        ? graph.scaleIndex(i)
        : graph.weightIndex(edgeFrom(graph, i, from!), i);
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

/** The edge into node i with this name, as in `Graph.edgeName`. */
export function edgeFrom(graph: Network['graph'], i: number, name: string): number {
  for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) if (graph.edgeName(e) === name) return e;
  return -1;
}
