import { sigmoid } from '@nnbp/activations';
import { articleNetwork } from '@nnbp/conformance';
import { type Graph, GraphBuilder, mlp } from '@nnbp/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paths } from '../src/index.js';
import { randomSample } from './samples.js';

/** Lists, for every path, its edges and the nodes after `from`. */
function walk(graph: Graph, from: number, output: number): { edges: number[]; nodes: number[] }[] {
  if (from === output) return [{ edges: [], nodes: [] }];
  const found: { edges: number[]; nodes: number[] }[] = [];
  for (let j = from + 1; j <= output; j++) {
    for (let e = graph.edgeStart[j]; e < graph.edgeStart[j + 1]; e++) {
      if (graph.predecessors[e] !== from) continue;
      for (const { edges, nodes } of walk(graph, j, output)) found.push({ edges: [e, ...edges], nodes: [j, ...nodes] });
    }
  }
  return found;
}

describe('paths', () => {
  it('paths agrees with enumeration on small random graphs', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.nat(), fc.nat(), (seed, a, b) => {
        const { graph } = randomSample(seed, { nodes: 12 }).network;
        const [from, output] = [a % graph.nodeCount, b % graph.nodeCount];
        const walks = walk(graph, from, output);
        const used = (kind: 'edges' | 'nodes') => walks.flatMap((path) => path[kind]);
        // dx_j/dx_i = c_j · g'(h_j) · w_ij: one multiplication for each factor, except for a fixed c.
        const factors = used('nodes').map((j) => (graph.scaleIndex(j) < 0 ? 2 : 3));
        const scaledNodes = [...new Set(used('nodes'))].filter((j) => graph.scaleIndex(j) >= 0);
        const edges = new Set(used('edges'));
        expect(paths(graph, graph.ids[from], graph.ids[output])).toEqual({
          paths: BigInt(walks.length),
          edgesInPaths: BigInt(used('edges').length),
          edgesVisited: edges.size,
          naiveMultiplications: BigInt(factors.reduce((sum, n) => sum + n, 0)),
          cachedMultiplications: 2 * edges.size + scaledNodes.length,
        });
      }),
      { numRuns: 300 },
    );
  });

  it("the article's network has six paths from input to output", () => {
    expect(paths(articleNetwork(), '1', '7')).toEqual({
      paths: 6n,
      edgesInPaths: 18n,
      edgesVisited: 11,
      naiveMultiplications: 54n,
      cachedMultiplications: 28,
    });
  });

  it('paths counts 2^2000 paths exactly', () => {
    const builder = new GraphBuilder();
    let last = builder.input('0');
    for (let i = 1; i <= 2000; i++) {
      const two = ['a', 'b'].map((side) => builder.node(`${i}${side}`, { from: [last], activation: sigmoid }));
      last = builder.node(`${i}`, { from: two, activation: sigmoid, fixed: { c: 1 } });
    }
    builder.output(last);
    const count = paths(builder.build(), '0', '2000');
    expect(count.paths).toBe(2n ** 2000n);
    expect(count.edgesInPaths).toBe(4000n * 2n ** 2000n);
    // Every second edge of a path leads to a node whose c is not fixed.
    expect(count.naiveMultiplications).toBe(10_000n * 2n ** 2000n);
    expect([count.edgesVisited, count.cachedMultiplications]).toEqual([8000, 20_000]);
  });

  it('paths counts the paths and the visited edges of a graph with 100,000 edges', () => {
    const graph = mlp([100, 300, 200, 50], { activation: sigmoid });
    expect(graph.edgeCount).toBe(100_000);
    const count = paths(graph, 'input.7', 'output.49');
    expect([count.paths, count.edgesVisited]).toEqual([60_000n, 300 + 60_000 + 200]);
  });

  it('paths returns 0 if no path leads to the output, and 1 from a node to itself', () => {
    expect(paths(articleNetwork(), '7', '1').paths).toBe(0n);
    expect(paths(articleNetwork(), '4', '5')).toMatchObject({ paths: 0n, edgesVisited: 0 });
    expect(paths(articleNetwork(), '4', '4')).toMatchObject({ paths: 1n, edgesInPaths: 0n, edgesVisited: 0 });
  });

  it('paths throws for an unknown node', () => {
    for (const [from, output] of [
      ['8', '7'],
      ['1', '8'],
    ]) {
      expect(() => paths(articleNetwork(), from, output)).toThrow(
        expect.objectContaining({ code: 'UNKNOWN_ID', message: 'The graph has no node "8".' }) as Error,
      );
    }
  });
});
