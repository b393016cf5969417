/**
 * Divides a graph into the units of work of an engine. Nodes on the same level do not depend on each other. The nodes
 * of a unit are on one level and have the same activation and aggregation; either every c is fixed, or every c is a
 * parameter. It makes no difference whether the nodes were declared with `layer`, with `mlp` or one by one.
 */
import type { Activation, Aggregation } from './contract.js';
import type { Graph } from './graph.js';

/** Nodes that an engine computes together. Their values are in consecutive rows of the tables of the engine. */
export interface Unit {
  /**
   * If true, the aggregation of all nodes is the sum, all have the same predecessors, all weights are trainable, and no
   * two nodes share a weight. (They can share weights with nodes of other units.) If false, the unit is sparse. A
   * sparse unit can have these properties too, for example if it has few weights.
   */
  readonly dense: boolean;
  /** Graph indices of the nodes, in the order of their rows. */
  readonly nodes: readonly number[];
  /** The row of the first node. */
  readonly firstRow: number;
  /** The activation of every node. */
  readonly activation: Activation;
  /** The aggregation of every node; undefined for the sum. */
  readonly aggregation: Aggregation | undefined;
  /** Whether c of every node is a parameter; if false, every c is fixed. */
  readonly scaleTrainable: boolean;
}

/**
 * The units of a graph, in the order in which they are computed, and the row of each node in the tables of an engine.
 */
export interface Plan {
  /** Each unit comes after all units it depends on. */
  readonly units: readonly Unit[];
  /** For each node, its row. The inputs have the first rows, in their own order. */
  readonly rowOf: Uint32Array;
  /** The number of edges into the nodes of sparse units. */
  readonly sparseEdges: number;
}

/** The minimum number of weights of a dense unit. Setting up a smaller unit takes longer than it saves. */
const minDenseWeights = 8;

/** Options of {@link plan}. */
export interface PlanOptions {
  /**
   * One number per node. Nodes with different numbers are put into different units. Default: the same number for all.
   */
  readonly partOf?: ArrayLike<number>;
}

/** Plans a graph, in time proportional to the number of edges. */
export function plan(graph: Graph, { partOf }: PlanOptions = {}): Plan {
  const level = levels(graph);
  const part = (i: number) => partOf?.[i] ?? 0;
  const predecessorKey = predecessorKeys(graph);

  const groups = new Map<string, number[]>();
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    const kind = [level[i], part(i), graph.activationOf[i], graph.scaleTrainable[i], aggregationOf(graph, i)];
    const key = [...kind, isEligible(graph, i) ? predecessorKey[i] : -1].join();
    const group = groups.get(key);
    if (group) group.push(i);
    else groups.set(key, [i]);
  }

  // Groups that cannot form a dense unit join a sparse unit of their level.
  const dense: number[][] = [];
  const sparse = new Map<string, number[]>();
  for (const nodes of groups.values()) {
    const [first] = nodes;
    const fanIn = graph.edgeStart[first + 1] - graph.edgeStart[first];
    if (
      isEligible(graph, first) &&
      nodes.length > 1 &&
      nodes.length * fanIn >= minDenseWeights &&
      areDisjoint(graph, nodes)
    ) {
      dense.push(nodes);
      continue;
    }
    const kind = [level[first], part(first), graph.activationOf[first], graph.scaleTrainable[first]];
    const key = [...kind, aggregationOf(graph, first)].join();
    const group = sparse.get(key) ?? [];
    sparse.set(key, group);
    for (const node of nodes) group.push(node);
  }

  const all = [
    ...dense.map((nodes) => ({ dense: true, nodes })),
    ...Array.from(sparse.values(), (nodes) => ({ dense: false, nodes: nodes.sort((a, b) => a - b) })),
  ].sort(({ nodes: [a] }, { nodes: [b] }) => level[a] - level[b] || part(a) - part(b) || a - b);

  const rowOf = new Uint32Array(graph.nodeCount);
  for (let i = 0; i < graph.inputCount; i++) rowOf[i] = i;
  let row = graph.inputCount;
  let sparseEdges = 0;
  const units = all.map((unit): Unit => {
    const firstRow = row;
    for (const i of unit.nodes) {
      rowOf[i] = row++;
      if (!unit.dense) sparseEdges += graph.edgeStart[i + 1] - graph.edgeStart[i];
    }
    const [first] = unit.nodes;
    return {
      ...unit,
      firstRow,
      activation: graph.activations[graph.activationOf[first]],
      aggregation: graph.aggregations[aggregationOf(graph, first)],
      scaleTrainable: graph.scaleTrainable[first] === 1,
    };
  });
  return { units, rowOf, sparseEdges };
}

/**
 * Returns the level of each node: the length of the longest path to it, without delayed edges. 0 for an input, at least
 * 1 for any other node.
 */
export function levels(graph: Graph): Uint32Array {
  const level = new Uint32Array(graph.nodeCount);
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    level[i] = 1;
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      if (graph.delay(e) > 0) continue;
      const after = level[graph.predecessors[e]] + 1;
      if (after > level[i]) level[i] = after;
    }
  }
  return level;
}

/** The index of a node's aggregation in `graph.aggregations`; 0 for the sum. */
const aggregationOf = (graph: Graph, i: number): number => graph.aggregationOf?.[i] ?? 0;

/**
 * Whether node i can belong to a dense unit: its aggregation is the sum, and its weights are consecutive parameters in
 * the order of its edges.
 */
function isEligible(graph: Graph, i: number): boolean {
  if (aggregationOf(graph, i) !== 0) return false;
  const start = graph.edgeStart[i];
  if (start === graph.edgeStart[i + 1]) return false;
  const first = graph.weightSlot(start, i);
  for (let e = start; e < graph.edgeStart[i + 1]; e++) {
    const slot = graph.weightSlot(e, i);
    if (slot !== first + e - start || slot >= graph.parameterCount) return false;
  }
  return true;
}

/** Whether no two of these eligible nodes share a weight. All must have the same number of weights. */
function areDisjoint(graph: Graph, nodes: readonly number[]): boolean {
  if (graph.weightSlots === undefined) return true;
  const fanIn = graph.edgeStart[nodes[0] + 1] - graph.edgeStart[nodes[0]];
  const starts = Float64Array.from(nodes, (i) => graph.weightSlot(graph.edgeStart[i], i)).sort();
  return starts.every((start, k) => k === 0 || start - starts[k - 1] >= fanIn);
}

/** Returns, for each node, the first node with the same predecessors in the same order. */
function predecessorKeys(graph: Graph): Uint32Array {
  const { edgeStart, predecessors } = graph;
  const key = new Uint32Array(graph.nodeCount);
  const byHash = new Map<number, number[]>();
  const haveSamePredecessors = (i: number, j: number) => {
    const length = edgeStart[i + 1] - edgeStart[i];
    if (edgeStart[j + 1] - edgeStart[j] !== length) return false;
    for (let k = 0; k < length; k++)
      if (predecessors[edgeStart[i] + k] !== predecessors[edgeStart[j] + k]) return false;
    return true;
  };
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    let hash = 0;
    for (let e = edgeStart[i]; e < edgeStart[i + 1]; e++) hash = (Math.imul(hash, 0x01000193) ^ predecessors[e]) | 0;
    // Different lists of predecessors can have the same hash, so the lists are compared.
    const representatives = byHash.get(hash) ?? [];
    const representative = representatives.find((j) => haveSamePredecessors(i, j));
    key[i] = representative ?? i;
    if (representative === undefined) byHash.set(hash, [...representatives, i]);
  }
  return key;
}
