/**
 * What the gradient cache saves: think of all walks from a node to an output. A chain rule without a cache multiplies
 * out every one of them; with it, every edge on them is used once.
 */
import { expectFeatures, type Graph, Network } from '@nnbp/core';

/** Two ways to the same dloss/dx, counted exactly. */
export interface PathCount {
  /** The paths from the node to the output. 1 if they are the same node, 0 if none leads there. */
  readonly paths: bigint;
  /** The edges of all paths, counted again in each path that uses them. */
  readonly edgesInPaths: bigint;
  /** The edges that lie on any path: with the cache each is visited once. */
  readonly edgesVisited: number;
  /** Multiplications of the chain rule written out: for each edge of each path, by c (if it is trained), g' and w; and by dA/dz of a node that does not add. */
  readonly naiveMultiplications: bigint;
  /** With the cache: two for each edge visited (case 2), one for each slope on the way (none where c is fixed). */
  readonly cachedMultiplications: number;
}

/**
 * Counts the paths along which `from` acts on `output`, in time proportional to the edges between them.
 *
 * @throws NnbpError `UNKNOWN_ID`, `UNSUPPORTED` (a graph with delays: give the unrolled one, `unroll(graph, steps)`)
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
export function paths(of: Network | Graph, from: string, output: string): PathCount {
  const graph = of instanceof Network ? of.graph : of;
  expectFeatures('paths', graph, ['aggregation', 'fixedParameter', 'sharedParameter']);
  const { edgeStart, predecessors, scaleTrainable } = graph;
  const first = graph.indexOf(from);
  const last = graph.indexOf(output);

  // Which nodes `from` acts on. Nodes are numbered so that each comes after its predecessors.
  const reached = new Uint8Array(graph.nodeCount);
  reached[first] = 1;
  for (let i = first + 1; i <= last; i++) {
    for (let e = edgeStart[i]; e < edgeStart[i + 1] && reached[i] === 0; e++) reached[i] = reached[predecessors[e]];
  }

  // Backwards, for each of them that acts on `output`, the paths from it and what is on them:
  //     paths_i          = Σ over successors j of  paths_j
  //     edgesInPaths_i   = Σ over successors j of  edgesInPaths_j + paths_j
  //     multiplications_i likewise, with those of the edge for each path
  const counts = new Map([[last, { paths: 1n, edges: 0n, multiplications: 0n }]]);
  let edgesVisited = 0;
  let cachedMultiplications = 0;
  for (let j = last; j > first; j--) {
    const after = counts.get(j);
    if (after === undefined || reached[j] === 0) continue;
    counts.delete(j);
    cachedMultiplications += scaleTrainable[j];
    // By dA/dz, unless the node adds.
    const byAggregation = graph.aggregation(j) === undefined ? 0 : 1;
    const through = after.edges + after.paths;
    const multiplications = after.multiplications + after.paths * BigInt(2 + byAggregation + scaleTrainable[j]);
    for (let e = edgeStart[j]; e < edgeStart[j + 1]; e++) {
      const i = predecessors[e];
      if (reached[i] === 0) continue;
      edgesVisited++;
      cachedMultiplications += 2 + byAggregation;
      const before = counts.get(i);
      counts.set(i, {
        paths: (before?.paths ?? 0n) + after.paths,
        edges: (before?.edges ?? 0n) + through,
        multiplications: (before?.multiplications ?? 0n) + multiplications,
      });
    }
  }
  const found = counts.get(first) ?? { paths: 0n, edges: 0n, multiplications: 0n };
  return {
    paths: found.paths,
    edgesInPaths: found.edges,
    edgesVisited,
    naiveMultiplications: found.multiplications,
    cachedMultiplications,
  };
}
