/**
 * Finds edges that can be processed up to four at a time: edges into one node, or one edge into each node of a group.
 * A group has up to four nodes.
 */
import type { Graph } from '@nnbp/core';
import type { Group } from './groups.js';

/**
 * Edges into one node from a group of predecessors. If `lane` is undefined, there is one edge from each node of the group;
 * otherwise, the only edge is from the node in this lane of the group.
 */
export interface Stretch {
  readonly group: number;
  readonly lane: number | undefined;
  readonly count: number;
  /** The slot of the first weight. */
  readonly firstSlot: number;
}

/** Splits a node's incoming edges, in order, into stretches. */
export function stretches(graph: Graph, groups: readonly Group[], rowOf: Uint32Array, i: number): Stretch[] {
  const { edgeStart, predecessors, parameterCount } = graph;
  const end = edgeStart[i + 1];
  const result: Stretch[] = [];
  for (let e = edgeStart[i]; e < end;) {
    const row = rowOf[predecessors[e]];
    const group = row >> 2;
    const { nodes } = groups[group];
    const firstSlot = graph.weightSlot(e, i);
    const coversGroup =
      firstSlot + nodes.length <= parameterCount &&
      nodes.every((j, n) => e + n < end && predecessors[e + n] === j && graph.weightSlot(e + n, i) === firstSlot + n);
    const count = coversGroup ? nodes.length : 1;
    result.push({ group, lane: coversGroup ? undefined : row & 3, count, firstSlot });
    e += count;
  }
  return result;
}

/** One edge into each node of a group. */
export interface Column {
  /** The row of each node's predecessor. */
  readonly rows: readonly number[];
  /** The group that consists of these predecessors in the same order; undefined if there is none. */
  readonly group: number | undefined;
  /** The slot of each node's weight. */
  readonly weightSlots: readonly number[];
}

/** Returns the columns of group k: column n has the n-th edge of each node. */
export function columns(graph: Graph, groups: readonly Group[], rowOf: Uint32Array, k: number): Column[] {
  const { edgeStart, predecessors } = graph;
  const { nodes } = groups[k];
  return Array.from({ length: edgeStart[nodes[0] + 1] - edgeStart[nodes[0]] }, (_, n) => {
    const edges = nodes.map((i) => edgeStart[i] + n);
    const rows = edges.map((e) => rowOf[predecessors[e]]);
    const group = rows[0] >> 2;
    const isInOrder = groups[group].nodes.length === rows.length && rows.every((row, lane) => row === 4 * group + lane);
    return {
      rows,
      group: isInOrder ? group : undefined,
      weightSlots: edges.map((e, lane) => graph.weightSlot(e, nodes[lane])),
    };
  });
}
