/** Computes a backward pass with one of six bugs at one node. */
import { type Network, type Pass, successorsOf } from '@nnbp/core';
import { sigmoid } from '@nnbp/activations';

/** Names of the bugs; see `backwardWith`. */
export const bugNames = ['slope', 'at-x', 'lost', 'early', 'twice', 'sign'] as const;
export type BugName = (typeof bugNames)[number];

/** The results of the pass. dLossDx and dLossDb have one entry per node, dLossDw one per edge. */
export interface Gradients {
  readonly dLossDx: Float64Array;
  readonly dLossDb: Float64Array;
  readonly dLossDw: Float64Array;
}

/**
 * Computes the same backward pass as the engine, but with a bug at node `buggy`.
 *
 *     slope   dloss/db = dloss/dx                           the slope is missing
 *     at-x    slope = c · g(x) · (1 − g(x))                 the slope is evaluated at x instead of h
 *     lost    dloss/dx = Σ over all successors except the last
 *     early   dloss/dx is correct, but dloss/db is computed before the last successor is added to dloss/dx
 *     twice   dloss/dx = Σ over successors, the last one twice
 *     sign    dloss/dx = −Σ over successors
 */
export function backwardWith(network: Network, { cache }: Pass, buggy: number, bug: BugName | undefined): Gradients {
  const { graph, parameters } = network;
  const { slope, x, dLossDx: correct } = cache.samples[0];
  const { vector } = parameters;
  const gradients: Gradients = {
    dLossDx: new Float64Array(graph.nodeCount),
    dLossDb: new Float64Array(graph.nodeCount),
    dLossDw: new Float64Array(graph.edgeCount),
  };
  const { nodes, edges } = successorsOf(graph);
  for (let i = graph.nodeCount - 1; i >= 0; i--) {
    const isBuggy = i === buggy;
    let sum = 0;
    let last = 0;
    for (let k = graph.successorStart[i]; k < graph.successorStart[i + 1]; k++) {
      last = gradients.dLossDb[nodes[k]] * vector[graph.weightIndex(edges[k], nodes[k])];
      sum += last;
    }
    // An output has no successors here: its dloss/dx comes from the loss.
    if (graph.outputPosition[i] >= 0) sum = correct[i];
    const wrongSum = { lost: sum - last, twice: sum + last, sign: -sum };
    gradients.dLossDx[i] =
      isBuggy && bug !== undefined && bug in wrongSum ? wrongSum[bug as keyof typeof wrongSum] : sum;
    if (i < graph.inputCount) continue;
    const { c = 1 } = network.getParameters(graph.ids[i]);
    const slopeAtX = c * sigmoid.derivative(x[i], sigmoid.value(x[i]));
    const factor = isBuggy && bug === 'slope' ? 1 : isBuggy && bug === 'at-x' ? slopeAtX : slope[i];
    const usedDLossDx = isBuggy && bug === 'early' ? sum - last : gradients.dLossDx[i];
    gradients.dLossDb[i] = usedDLossDx * factor;
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      gradients.dLossDw[e] = gradients.dLossDb[i] * x[graph.predecessors[e]];
    }
  }
  return gradients;
}
