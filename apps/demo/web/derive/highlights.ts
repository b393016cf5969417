/**
 * Finds the nodes and edges to highlight for a quantity. For a derivative of the loss, these are all paths from its node
 * to the loss. For any other quantity, these are all paths from the inputs to its node.
 */
import { type Graph, successorsOf } from '@nnbp/core';
import type { QuantityName } from '@nnbp/explain';

export interface Highlights {
  /** Node indices. */
  readonly nodes: ReadonlySet<number>;
  /** Edge indices. */
  readonly edges: ReadonlySet<number>;
}

/** The quantities that depend only on a node and its ancestors. The other quantities are derivatives of the loss. */
const forward: ReadonlySet<string> = new Set<QuantityName['quantity']>(['x', 'g', 'h', 'slope', 'dAdz']);

/** Returns the node of a quantity with its ancestors (for a forward quantity) or descendants (for any other quantity). */
export function highlightsOf(graph: Graph, { quantity, node }: QuantityName): Highlights {
  return forward.has(quantity) ? ancestors(graph, graph.indexOf(node)) : descendants(graph, graph.indexOf(node));
}

/** Node i and everything that depends on it. */
function descendants(graph: Graph, i: number): Highlights {
  const { nodeCount, successorStart } = graph;
  const successors = successorsOf(graph);
  const nodes = new Set([i]);
  const edges = new Set<number>();
  for (let j = i; j < nodeCount; j++) {
    if (!nodes.has(j)) continue;
    for (let k = successorStart[j]; k < successorStart[j + 1]; k++) {
      nodes.add(successors.nodes[k]);
      edges.add(successors.edges[k]);
    }
  }
  return { nodes, edges };
}

/** Node i and everything that it depends on. */
function ancestors({ edgeStart, predecessors }: Graph, i: number): Highlights {
  const nodes = new Set([i]);
  const edges = new Set<number>();
  for (let j = i; j >= 0; j--) {
    if (!nodes.has(j)) continue;
    for (let e = edgeStart[j]; e < edgeStart[j + 1]; e++) {
      nodes.add(predecessors[e]);
      edges.add(e);
    }
  }
  return { nodes, edges };
}
