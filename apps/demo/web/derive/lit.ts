/** What lights up: the edges and nodes that a number depends on, backwards to the loss or, for a value, to the inputs. */
import type { Graph } from '@nnbp/core';
import type { QuantityName } from '@nnbp/explain';

export interface Lit {
  /** Node numbers. */
  readonly nodes: ReadonlySet<number>;
  /** Edge numbers. */
  readonly edges: ReadonlySet<number>;
}

/** The paths behind a number. A derivative's lead through the successors; a value's, through the predecessors. */
export function litBy(graph: Graph, { quantity, node }: QuantityName): Lit {
  const forwards = quantity === 'x' || quantity === 'g' || quantity === 'h' || quantity === 'slope';
  return forwards ? behind(graph, graph.indexOf(node)) : ahead(graph, graph.indexOf(node));
}

/** From node i to whatever it acts on. */
function ahead({ nodeCount, successorStart, successors, successorEdges }: Graph, i: number): Lit {
  const nodes = new Set([i]);
  const edges = new Set<number>();
  for (let j = i; j < nodeCount; j++) {
    if (!nodes.has(j)) continue;
    for (let k = successorStart[j]; k < successorStart[j + 1]; k++) {
      nodes.add(successors[k]);
      edges.add(successorEdges[k]);
    }
  }
  return { nodes, edges };
}

/** From whatever acts on node i to node i. */
function behind({ edgeStart, predecessors }: Graph, i: number): Lit {
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
