/** Divides nodes into groups of up to four, which share a register. */
import type { Graph, Memory, Plan } from '@nnbp/core';
import { activationKernelOf, aggregationKernelOf, type KernelChoice } from '../builtins.js';
import type { AggregationKernel } from '../kernels/aggregations/kernel.js';
import { gIsX, isCopy } from '../row-units.js';

/** Up to four nodes that are computed together, up to four inputs, or up to four memories (values of earlier steps). */
export interface Group {
  readonly nodes: readonly number[];
  /** Undefined for inputs and memories. */
  readonly activation: KernelChoice | undefined;
  /** Undefined for the sum. */
  readonly aggregation: AggregationKernel | undefined;
  readonly scaleTrainable: boolean;
  /** Whether c is the constant 1 for all nodes, so that g and x share a row. */
  readonly gIsX: boolean;
  /** Whether `gIsX` is true and g is the identity function, so that the slope is 1. */
  readonly isCopy: boolean;
  /**
   * Whether edges are processed column by column: first the first edge of each node, then the second edge of each, and
   * so on. All nodes must have the same number of edges.
   */
  readonly byColumns: boolean;
  /** For memories, the number of steps since the values were computed; otherwise 0. */
  readonly delay: number;
}

const notComputed = {
  activation: undefined,
  aggregation: undefined,
  scaleTrainable: false,
  gIsX: false,
  isCopy: false,
  byColumns: false,
  delay: 0,
};

/**
 * Returns the groups of the inputs, then those of the memories, then the others in the order of computation.
 *
 * @param memories - Values of earlier steps, which are the last inputs of the graph; see `stepGraphOf`.
 */
export function groupsOf(graph: Graph, plan: Plan, memories: readonly Memory[]): Group[] {
  const inputs = Array.from({ length: graph.inputCount - memories.length }, (_, i) => i);
  const inputGroups = groupsOfFour(inputs).map((nodes) => ({ ...notComputed, nodes }));
  const kindOf = kindsOf(graph, plan);
  const computed = plan.units.flatMap((unit) => {
    const { activation, aggregation, scaleTrainable } = unit;
    const common = {
      activation: activationKernelOf(activation),
      aggregation: aggregation && aggregationKernelOf(aggregation),
      scaleTrainable,
      gIsX: gIsX(graph, unit),
      isCopy: isCopy(graph, unit),
      delay: 0,
    };
    return splitByColumns(graph, unit.nodes).flatMap(({ byColumns, nodes }) =>
      groupsByKind(nodes, kindOf).map((four) => ({ ...common, nodes: four, byColumns })),
    );
  });
  return [...inputGroups, ...memoryGroups([...inputGroups, ...computed], inputs.length, memories), ...computed];
}

const groupsOfFour = (nodes: readonly number[]): number[][] =>
  Array.from({ length: Math.ceil(nodes.length / 4) }, (_, k) => nodes.slice(4 * k, 4 * k + 4));

/**
 * Assigns a kind to each node. For example, all input gates of an LSTM have the same kind. The kind of a node depends on
 * one successor whose edges are processed column by column: on the successor's unit, on the successor's kind, and on the
 * position of the node among the successor's predecessors.
 */
function kindsOf(graph: Graph, { units }: Plan): Uint32Array {
  const numbers = new Map<string, number>();
  const numberOf = (key: string) => {
    if (!numbers.has(key)) numbers.set(key, numbers.size + 1);
    return numbers.get(key)!;
  };
  const kinds = new Uint32Array(graph.nodeCount);
  for (const [n, { nodes }] of [...units.entries()].reverse()) {
    for (const i of nodes.filter((node) => hasColumns(graph, node))) {
      for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
        kinds[graph.predecessors[e]] = numberOf(`${n} ${kinds[i]} ${e - graph.edgeStart[i]}`);
      }
    }
  }
  return kinds;
}

/** Groups nodes of the same kind. Mixes kinds within a group if this reduces the number of groups. */
function groupsByKind(nodes: readonly number[], kindOf: Uint32Array): number[][] {
  const kinds = new Set(nodes.map((i) => kindOf[i]));
  const unmixed = [...kinds].flatMap((kind) => groupsOfFour(nodes.filter((i) => kindOf[i] === kind)));
  const mixed = groupsOfFour(nodes);
  return unmixed.length > mixed.length ? mixed : unmixed;
}

/**
 * Splits the nodes of a unit into those whose edges are processed node by node and, for each number of edges, those
 * whose edges are processed column by column.
 */
function splitByColumns(graph: Graph, nodes: readonly number[]): { byColumns: boolean; nodes: number[] }[] {
  const nodesByEdgeCount = new Map<number, number[]>();
  for (const i of nodes) {
    const edgeCount = hasColumns(graph, i) ? graph.edgeStart[i + 1] - graph.edgeStart[i] : 0;
    nodesByEdgeCount.set(edgeCount, [...(nodesByEdgeCount.get(edgeCount) ?? []), i]);
  }
  return Array.from(nodesByEdgeCount, ([edgeCount, nodes]) => ({ byColumns: edgeCount > 0, nodes }));
}

/**
 * Whether the edges of a node are processed column by column: it has an aggregation, or all of its weights are
 * constants.
 */
function hasColumns(graph: Graph, i: number): boolean {
  if (graph.aggregation(i) !== undefined) return true;
  for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
    if (graph.weightSlot(e, i) < graph.parameterCount) return false;
  }
  return graph.edgeStart[i] < graph.edgeStart[i + 1];
}

/** Makes one group of memories for each group of nodes and each delay, in the order of the nodes. */
function memoryGroups(groups: readonly Group[], inputCount: number, memories: readonly Memory[]): Group[] {
  const origin = (m: number) => originOf(memories, inputCount, inputCount + m);
  return groups.flatMap(({ nodes }) =>
    [...new Set(memories.map(({ delay }) => delay))].flatMap((delay) => {
      const members = nodes.flatMap((i) =>
        memories.flatMap((memory, m) => (memory.delay === delay && origin(m) === i ? [m] : [])),
      );
      return members.length === 0 ? [] : [{ ...notComputed, nodes: members.map((m) => inputCount + m), delay }];
    }),
  );
}

/** Returns the node whose value a memory holds. Both are nodes of the one-step graph, where the memory is an input. */
export function originOf(memories: readonly Memory[], inputCount: number, memory: number): number {
  const { node } = memories[memory - inputCount];
  return node < inputCount ? node : node + memories.length;
}

/** Returns the row of each node. Each group has four rows. */
export function rowsOfGroups(graph: Graph, groups: readonly Group[]): Uint32Array {
  const rowOf = new Uint32Array(graph.nodeCount);
  groups.forEach(({ nodes }, g) => nodes.forEach((i, lane) => (rowOf[i] = 4 * g + lane)));
  return rowOf;
}
