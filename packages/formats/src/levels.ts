/**
 * Splits a graph into blocks that tensor libraries can compute. The level of a node is the length of the longest path
 * to it, so nodes on one level depend only on lower levels. The nodes of a block are computed together, usually by one
 * matrix product.
 */
import { type Aggregation, type Graph, levels } from '@nnbp/core';

export interface Block {
  /**
   * The nodes' indices in the graph, grouped by activation. In each group, outputs come last, in the order of
   * `graph.outputs`.
   */
  readonly nodes: readonly number[];
  /**
   * The sources of all nodes of the block, numbered as in {@link sourceOf}, in ascending order. Empty if the nodes
   * depend only on b.
   */
  readonly from: readonly number[];
  /** The aggregation of the nodes; undefined for the sum. If it is set, all nodes have the same number of edges. */
  readonly aggregation?: Aggregation;
  /**
   * `dense`: every node has an edge from every source. `packed`: some edges are missing, and the matrix has zeros in
   * their place. `sparse`: a matrix would be nearly all zeros, or the aggregation is not the sum.
   */
  readonly form: 'dense' | 'packed' | 'sparse';
}

/**
 * If all nodes of a level that use the sum fit into one matrix with at most `maxSingleEntries` entries, or at most
 * `maxSingleEntriesPerEdge` entries per edge, one matrix is cheaper than several.
 */
const maxSingleEntries = 4096;
const maxSingleEntriesPerEdge = 2;
/** Minimum number of weights of a separate block. */
const minDenseWeights = 8;
/**
 * If the matrix of a block has at most `maxPackedEntries` entries, or at most `maxPackedEntriesPerEdge` entries per
 * edge, it is faster than gathering values, even if many entries are 0.
 */
const maxPackedEntries = 2 ** 16;
const maxPackedEntriesPerEdge = 32;

/**
 * Returns the blocks of a graph, each after all blocks that it depends on. Takes time proportional to the number of
 * edges.
 *
 * @param requested - Nodes to compute, including everything they depend on. Default: all.
 * @param level - The level of each node. For a node that is not an input: ≥ 1, and higher than the levels of its
 * predecessors. Default: the length of the longest path.
 */
export function blocks(
  graph: Graph,
  requested: (i: number) => boolean = () => true,
  level: ArrayLike<number> = levels(graph),
): Block[] {
  const byLevel: number[][] = [];
  for (let i = graph.inputCount; i < graph.nodeCount; i++) if (requested(i)) (byLevel[level[i] - 1] ??= []).push(i);
  // A level without requested nodes is a hole in the list, which flatMap skips.
  return byLevel.flatMap((nodes) => {
    const sums = nodes.filter((i) => graph.aggregation(i) === undefined);
    return [
      ...(sums.length > 0 ? divide(graph, sums).map((part) => block(graph, part)) : []),
      ...aggregated(graph, nodes),
    ];
  });
}

/**
 * Returns a number that identifies an edge's source: the index of the source node; for a delayed edge, the number of
 * nodes plus the position of the value in the state.
 */
export function sourceOf(graph: Graph, edge: number): number {
  const node = graph.predecessors[edge];
  const delay = graph.delay(edge);
  return delay === 0 ? node : graph.nodeCount + graph.stateStart![node] + delay - 1;
}

/**
 * Returns the source numbers (see {@link sourceOf}) of the values in the state of the next step: for each node with an
 * outgoing delayed edge, its value, then its previous values except the oldest.
 */
export function nextState({ nodeCount, stateStart }: Graph): number[] {
  const sources: number[] = [];
  for (let i = 0; i < nodeCount && stateStart !== undefined; i++) {
    for (let k = stateStart[i]; k < stateStart[i + 1]; k++) sources.push(k === stateStart[i] ? i : nodeCount + k - 1);
  }
  return sources;
}

/** Blocks of nodes with an aggregation other than the sum. */
function aggregated(graph: Graph, nodes: readonly number[]): Block[] {
  const groups = new Map<string, number[]>();
  for (const i of nodes) {
    if (graph.aggregation(i) === undefined) continue;
    const key = `${graph.aggregationOf![i]} ${graph.edgeStart[i + 1] - graph.edgeStart[i]}`;
    groups.set(key, [...(groups.get(key) ?? []), i]);
  }
  return [...groups.values()].map((group) => ({
    ...block(graph, group),
    form: 'sparse',
    aggregation: graph.aggregation(group[0])!,
  }));
}

/** For each node, 1 if an output or a delayed edge needs its value, directly or through other nodes; otherwise 0. */
export function neededNodes(graph: Graph): Uint8Array {
  const { stateStart } = graph;
  const needed = new Uint8Array(graph.nodeCount);
  for (let k = 0; k < graph.outputs.length; k++) needed[graph.outputs[k]] = 1;
  for (let i = 0; stateStart !== undefined && i < graph.nodeCount; i++) {
    if (stateStart[i + 1] > stateStart[i]) needed[i] = 1;
  }
  for (let i = graph.nodeCount - 1; i >= 0; i--) {
    if (needed[i] === 0) continue;
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) needed[graph.predecessors[e]] = 1;
  }
  return needed;
}

/**
 * Splits the nodes of a level into parts. If one matrix is cheap enough for all of them, there is a single part.
 * Otherwise, each large group of nodes with the same sources is a part, and all other nodes form one more part.
 */
function divide(graph: Graph, nodes: readonly number[]): number[][] {
  const entries = union(graph, nodes).length * nodes.length;
  if (entries <= Math.max(maxSingleEntries, maxSingleEntriesPerEdge * edgesInto(graph, nodes))) return [[...nodes]];
  const alike = new Map<string, number[]>();
  for (const i of nodes) {
    const key = union(graph, [i]).join();
    const group = alike.get(key);
    if (group === undefined) alike.set(key, [i]);
    else group.push(i);
  }
  const worthwhile = (group: number[]) => group.length > 1 && edgesInto(graph, group) >= minDenseWeights;
  const groups = [...alike.values()];
  const rest = groups.filter((group) => !worthwhile(group)).flat();
  return [...groups.filter(worthwhile), ...(rest.length > 0 ? [rest] : [])];
}

function block(graph: Graph, nodes: readonly number[]): Block {
  const from = union(graph, nodes);
  const edges = edgesInto(graph, nodes);
  const entries = from.length * nodes.length;
  const packed = entries <= Math.max(maxPackedEntries, maxPackedEntriesPerEdge * edges);
  const { activationOf, outputPosition } = graph;
  return {
    nodes: nodes.toSorted(
      (i, j) => activationOf[i] - activationOf[j] || outputPosition[i] - outputPosition[j] || i - j,
    ),
    from,
    form: entries === edges ? 'dense' : packed ? 'packed' : 'sparse',
  };
}

/** All sources of the nodes, in ascending order. */
function union(graph: Graph, nodes: readonly number[]): number[] {
  const sources = new Set<number>();
  for (const i of nodes) {
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) sources.add(sourceOf(graph, e));
  }
  return [...sources].sort((i, j) => i - j);
}

const edgesInto = (graph: Graph, nodes: readonly number[]) =>
  nodes.reduce((sum, i) => sum + graph.edgeStart[i + 1] - graph.edgeStart[i], 0);
