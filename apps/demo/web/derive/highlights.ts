/** Highlighted nodes and edges: those that a number depends on, up to the loss or, for a value, up to the inputs. */
import { type Graph, successorsOf } from '@nnbp/core';
import type { QuantityName } from '@nnbp/explain';

export interface Highlights {
  /** Node numbers. */
  readonly nodes: ReadonlySet<number>;
  /** Edge numbers. */
  readonly edges: ReadonlySet<number>;
}

/** The highlights of a number: through successors for a derivative, through predecessors for a value. */
export function highlightsOf(graph: Graph, { quantity, node }: QuantityName): Highlights {
  const forwards = quantity === 'x' || quantity === 'g' || quantity === 'h' || quantity === 'slope';
  return forwards ? behind(graph, graph.indexOf(node)) : ahead(graph, graph.indexOf(node));
}

/** From node i to everything that depends on it. */
function ahead(graph: Graph, i: number): Highlights {
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

/** From everything that node i depends on to node i. */
function behind({ edgeStart, predecessors }: Graph, i: number): Highlights {
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
