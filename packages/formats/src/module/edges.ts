/** Reads the edges and the parameter values of each node, for the generated JavaScript module of a network. */
import type { Network } from '@nnbp/core';

export interface Edge {
  /** The source node. */
  readonly node: number;
  /** The index of the state entry that a delayed edge reads; undefined for an edge without a delay. */
  readonly state: number | undefined;
  readonly w: number;
  /** Whether w is the constant 1, which needs no multiplication. */
  readonly isOne: boolean;
}

export interface NodeNumbers {
  readonly b: number;
  /** Undefined if c is the constant 1. */
  readonly c: number | undefined;
  readonly edges: readonly Edge[];
}

export function numbersOf({ graph, parameters }: Network): (i: number) => NodeNumbers {
  const { parameterCount, stateStart } = graph;
  const values = graph.slots(parameters.vector);
  const isOne = (slot: number) => slot >= parameterCount && values[slot] === 1;
  return (i) => {
    const edges: Edge[] = [];
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      const node = graph.predecessors[e];
      const delay = graph.delay(e);
      const slot = graph.weightSlot(e, i);
      const state = delay === 0 ? undefined : stateStart![node] + delay - 1;
      edges.push({ node, state, w: values[slot], isOne: isOne(slot) });
    }
    const scale = graph.scaleSlot(i);
    return { b: values[graph.biasSlot(i)], c: isOne(scale) ? undefined : values[scale], edges };
  };
}

/**
 * The nodes whose values are read at later steps, each with its range in the state. In each range, the latest value is
 * first.
 */
export function nodesWithState({ graph }: Network): { node: number; start: number; end: number }[] {
  const { stateStart } = graph;
  if (stateStart === undefined) return [];
  return Array.from({ length: graph.nodeCount }, (_, node) => ({
    node,
    start: stateStart[node],
    end: stateStart[node + 1],
  })).filter(({ start, end }) => end > start);
}
