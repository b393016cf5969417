/** Which four nodes share a register, and which edges can be taken four at a time. */
import type { Graph, Plan } from '@nnbp/core';
import { activationKernelOf, type KernelChoice } from '../builtins.js';

/** Up to four nodes with the same activation; a group of inputs has none. */
export interface Group {
  readonly nodes: readonly number[];
  readonly activation: KernelChoice | undefined;
  readonly scaleTrainable: boolean;
}

/** The groups in the order in which they are computed. */
export function groupsOf(graph: Graph, plan: Plan): Group[] {
  const fours = (nodes: readonly number[]) =>
    Array.from({ length: Math.ceil(nodes.length / 4) }, (_, k) => nodes.slice(4 * k, 4 * k + 4));
  const inputs = Array.from({ length: graph.inputCount }, (_, i) => i);
  return [
    ...fours(inputs).map((nodes) => ({ nodes, activation: undefined, scaleTrainable: false })),
    ...plan.units.flatMap(({ nodes, activation, scaleTrainable }) =>
      fours(nodes).map((four) => ({ nodes: four, activation: activationKernelOf(activation), scaleTrainable })),
    ),
  ];
}

/** For each node its row, if each group has four. */
export function rowsOfGroups(graph: Graph, groups: readonly Group[]): Uint32Array {
  const rowOf = new Uint32Array(graph.nodeCount);
  groups.forEach(({ nodes }, g) => nodes.forEach((i, lane) => (rowOf[i] = 4 * g + lane)));
  return rowOf;
}

/** Edges into a node from a whole group, or, where `lane` is given, one edge from that lane of it. */
export interface Stretch {
  readonly group: number;
  readonly lane: number | undefined;
  /** How many edges. */
  readonly count: number;
  /** The first weight's index. */
  readonly weight: number;
}

/** A node's incoming edges, in order. */
export function stretches(graph: Graph, groups: readonly Group[], rowOf: Uint32Array, i: number): Stretch[] {
  const result: Stretch[] = [];
  for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1];) {
    const row = rowOf[graph.predecessors[e]];
    const group = row >> 2;
    const { nodes } = groups[group];
    const whole = nodes.every((j, lane) => e + lane < graph.edgeStart[i + 1] && graph.predecessors[e + lane] === j);
    const count = whole ? nodes.length : 1;
    result.push({ group, lane: whole ? undefined : row & 3, count, weight: graph.weightIndex(e, i) });
    e += count;
  }
  return result;
}
