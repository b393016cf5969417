/** The graph that unrolled code computes in one step. It has no delays: its last inputs are values of earlier steps. */
import { type Graph, type Memory, plan, stepGraphOf } from '@nnbp/core';
import { type Group, groupsOf, originOf, rowsOfGroups } from './groups.js';

/** One step of a graph, with its nodes divided into groups of up to four. */
export interface Step {
  /** The graph with delays. */
  readonly original: Graph;
  /** The graph of one step. */
  readonly graph: Graph;
  /** The values of earlier steps that the step reads. */
  readonly memories: readonly Memory[];
  readonly groups: readonly Group[];
  /** The row of each node of the step's graph. */
  readonly rowOf: Uint32Array;
}

export function stepOf(original: Graph): Step {
  const { graph, memories } = stepGraphOf(original);
  const groups = groupsOf(graph, plan(graph), memories);
  return { original, graph, memories, groups, rowOf: rowsOfGroups(graph, groups) };
}

/** Returns the row of a node of the original graph. */
export const rowOfOriginal = ({ original, memories, rowOf }: Step, i: number): number =>
  rowOf[i < original.inputCount ? i : i + memories.length];

/**
 * For each memory of group k, returns the row of the node whose value the memory holds. The node had this value in an
 * earlier step: as many steps ago as the group's delay.
 */
export const sourceRows = ({ original, memories, groups, rowOf }: Step, k: number): number[] =>
  groups[k].nodes.map((m) => rowOf[originOf(memories, original.inputCount, m)]);
