/**
 * Counts the operations that the gradient cache saves. Without a cache, the chain rule multiplies out every path from a
 * node to an output. With the cache, each edge on these paths is used once.
 */
import { type Graph, Network, NnbpError } from '@nnbp/core';

/** Exact operation counts of dloss/dx with and without the cache. */
export interface PathCount {
  /** Paths from the node to the output: 1 if they are the same node, 0 if there is no path. */
  readonly paths: bigint;
  /** Edges of all paths, counted once per path. */
  readonly edgesInPaths: bigint;
  /** Edges that lie on any path; with the cache, each is visited once. */
  readonly edgesVisited: number;
  /**
   * Multiplications without the cache: each edge of each path multiplies by c (if trained), g', w, and dA/dz (unless
   * the aggregation is the sum).
   */
  readonly naiveMultiplications: bigint;
  /**
   * Multiplications with the cache: two per visited edge (three with dA/dz), and one for c g' of each node that a
   * visited edge enters (none if c is fixed).
   */
  readonly cachedMultiplications: number;
}

/**
 * Counts the paths from one node to an output, in time proportional to the number of edges between them.
 *
 * @throws NnbpError `UNKNOWN_ID`, `UNSUPPORTED` (a graph with delays; pass `unroll(graph, steps)`)
 *
 * @example
 * ```ts
 * import { sigmoid } from '@nnbp/activations';
 * import { mlp } from '@nnbp/core';
 * import { paths } from '@nnbp/explain';
 *
 * const graph = mlp([1, 10, 10, 10, 1], { activation: sigmoid });
 * const { paths: count, edgesVisited } = paths(graph, graph.ids[0], 'output.0');
 * count.toString(); // '1000'
 * edgesVisited; // 220
 * ```
 */
export function paths(source: Network | Graph, from: string, output: string): PathCount {
  const graph = source instanceof Network ? source.graph : source;
  if (graph.edgeDelay !== undefined) {
    throw new NnbpError('UNSUPPORTED', 'The graph has delayed edges. Pass unroll(graph, steps).');
  }
  const { edgeStart, predecessors, scaleTrainable } = graph;
  const first = graph.indexOf(from);
  const last = graph.indexOf(output);

  // Nodes reachable from `from`. Nodes are numbered in topological order.
  const reached = new Uint8Array(graph.nodeCount);
  reached[first] = 1;
  for (let i = first + 1; i <= last; i++) {
    for (let e = edgeStart[i]; e < edgeStart[i + 1] && reached[i] === 0; e++) reached[i] = reached[predecessors[e]];
  }

  // Backward, for each of these nodes with a path to `output`:
  //     paths_i          = Σ over successors j of  paths_j
  //     edgesInPaths_i   = Σ over successors j of  edgesInPaths_j + paths_j
  //     multiplications_i = Σ over successors j of  multiplications_j + paths_j · multiplications per edge into j
  const counts = new Map([[last, { paths: 1n, edges: 0n, multiplications: 0n }]]);
  let edgesVisited = 0;
  let cachedMultiplications = 0;
  for (let j = last; j > first; j--) {
    const after = counts.get(j);
    if (after === undefined || reached[j] === 0) continue;
    counts.delete(j);
    cachedMultiplications += scaleTrainable[j];
    const byAggregation = graph.aggregation(j) === undefined ? 0 : 1;
    const through = after.edges + after.paths;
    const multiplications = after.multiplications + after.paths * BigInt(2 + byAggregation + scaleTrainable[j]);
    for (let e = edgeStart[j]; e < edgeStart[j + 1]; e++) {
      const i = predecessors[e];
      if (reached[i] === 0) continue;
      edgesVisited++;
      cachedMultiplications += 2 + byAggregation;
      const soFar = counts.get(i);
      counts.set(i, {
        paths: (soFar?.paths ?? 0n) + after.paths,
        edges: (soFar?.edges ?? 0n) + through,
        multiplications: (soFar?.multiplications ?? 0n) + multiplications,
      });
    }
  }
  const count = counts.get(first) ?? { paths: 0n, edges: 0n, multiplications: 0n };
  return {
    paths: count.paths,
    edgesInPaths: count.edges,
    edgesVisited,
    naiveMultiplications: count.multiplications,
    cachedMultiplications,
  };
}
