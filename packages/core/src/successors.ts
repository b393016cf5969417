/**
 * Lists the edges of a graph by the node that they come from. (The graph itself lists them by the node that they go
 * to.)
 */
import type { Graph } from './graph.js';

/** The edges out of node i are entries `graph.successorStart[i]` to `graph.successorStart[i + 1]` − 1. */
export interface Successors {
  /** For each entry, the node that the edge goes to. */
  readonly nodes: Uint32Array;
  /** For each entry, the index of the edge. */
  readonly edges: Uint32Array;
}

const cache = new WeakMap<Graph, Successors>();

/**
 * Returns the successors of every node. The lists are built on the first call, since not every engine needs them and
 * they take up more memory than the rest of the graph.
 */
export function successorsOf(graph: Graph): Successors {
  let successors = cache.get(graph);
  if (successors === undefined) cache.set(graph, (successors = bySource(graph)));
  return successors;
}

function bySource({ nodeCount, edgeCount, edgeStart, predecessors, edgeDelay, successorStart }: Graph): Successors {
  const nodes = new Uint32Array(edgeCount);
  const edges = new Uint32Array(edgeCount);
  const next = Uint32Array.from(successorStart);
  // The successors of a node are sorted by the delay of the edge to them, and for equal delays in topological order.
  // This is the order in which a forward pass computes them.
  const delays = [...new Set(Array.from(edgeDelay ?? [0]))].sort((a, b) => a - b);
  for (const delay of delays) {
    for (let i = 0; i < nodeCount; i++) {
      for (let e = edgeStart[i]; e < edgeStart[i + 1]; e++) {
        if (edgeDelay !== undefined && edgeDelay[e] !== delay) continue;
        const at = next[predecessors[e]]++;
        nodes[at] = i;
        edges[at] = e;
      }
    }
  }
  return { nodes, edges };
}
