/**
 * Compiles a graph into a program for the js engine. A program depends only on the graph, so all batch sizes share one
 * program. A unit is a group of nodes that are computed together. In a dense unit, all nodes have the same
 * predecessors, and their aggregation is the sum; the other units are sparse. A row holds the values of one node for
 * all samples. A slot is an index in the vector of the graph's parameters and constants.
 */
import type { Activation, Aggregation } from '../contract.js';
import type { Graph } from '../graph.js';
import { plan, type Unit } from '../plan.js';
import { type Memory, stepGraphOf } from './step-graph.js';

/** Nodes of a dense unit whose weights are evenly spaced in the vector of parameters, so that they form one matrix. */
export interface DenseBlock {
  /** The row of the first node. */
  readonly firstRow: number;
  /** The number of nodes. */
  readonly count: number;
  /** The slot of the first node's first weight. */
  readonly firstWeight: number;
  /** The distance between the first weights of two consecutive nodes. */
  readonly stride: number;
  /** For each node, the slot of b. */
  readonly biases: Uint32Array;
}

/** The predecessors that all nodes of a dense unit have in common. */
export interface Sources {
  /** The row of the first predecessor; the others follow it. */
  readonly firstRow: number;
  /** The number of predecessors. */
  readonly count: number;
  /**
   * The rows of the predecessors, if they are not consecutive and must be copied to `firstRow` and the rows after it;
   * otherwise undefined.
   */
  readonly gathered: Uint32Array | undefined;
}

/**
 * The edges of a sparse unit, whose nodes can have different predecessors. The edges of node k of the unit are start[k]
 * to start[k + 1] − 1.
 */
export interface SparseEdges {
  readonly start: Uint32Array;
  /** For each edge, the row of the predecessor. */
  readonly sources: Uint32Array;
  /** For each edge, the slot of its weight. */
  readonly weights: Uint32Array;
}

/** The aggregation of a unit, if it is not the sum, and the arrays for its operands and derivatives. */
export interface Combination {
  readonly aggregation: Aggregation;
  /**
   * For each node, two arrays with one entry per edge: `z` holds w · x, the values to aggregate, and `dAdz` holds dA/dz.
   * Nodes with the same number of edges share these arrays.
   */
  readonly scratch: readonly { readonly z: Float64Array; readonly dAdz: Float64Array }[];
}

/** Nodes that are computed together, in consecutive rows. Either `dense` or `sparse` is defined. */
export interface ProgramUnit {
  readonly activation: Activation;
  readonly firstRow: number;
  readonly count: number;
  /** For each node, the slot of b. */
  readonly biases: Uint32Array;
  /** For each node, the slot of c; undefined if every c is fixed at 1. */
  readonly scales: Uint32Array | undefined;
  readonly dense: { readonly sources: Sources; readonly blocks: readonly DenseBlock[] } | undefined;
  readonly sparse: SparseEdges | undefined;
  /** Undefined if the aggregation is the sum. Defined only together with `sparse`. */
  readonly combination: Combination | undefined;
}

/** A row that holds a value from an earlier step. */
export interface MemoryRow extends Memory {
  readonly row: number;
  /** The row of the node whose earlier value this row holds. */
  readonly source: number;
  /**
   * Where a state contains the node's value at step −1, the last step before the sequence. The value at step −2 follows,
   * and so on.
   */
  readonly state: number;
  /** The value that the node has before the sequence if no state is passed. */
  readonly initial: number;
}

/**
 * The program that the js engine runs at each step. The first rows are the inputs, then come the values that delayed
 * edges read, then the nodes, unit by unit.
 */
export interface Program {
  readonly units: readonly ProgramUnit[];
  readonly memories: readonly MemoryRow[];
  /** For each node of the graph, its row. */
  readonly rowOf: Uint32Array;
  /** The rows of the output nodes, in the order of declaration. */
  readonly outputRows: Uint32Array;
  /** The number of inputs, which have the first rows. */
  readonly inputCount: number;
  /**
   * The total number of rows: the rows of inputs, memories and nodes, then the rows into which predecessors are
   * gathered.
   */
  readonly rowCount: number;
  /** Whether any parameter is shared by several nodes or edges, or fixed (other than c at 1). */
  readonly hasSharedOrFixed: boolean;
  /** Whether any node has an aggregation other than the sum. */
  readonly hasAggregations: boolean;
}

const programs = new WeakMap<Graph, Program>();

export function programOf(graph: Graph): Program {
  let program = programs.get(graph);
  if (program === undefined) programs.set(graph, (program = compile(graph)));
  return program;
}

function compile(graph: Graph): Program {
  const { graph: stepGraph, memories } = stepGraphOf(graph);
  const { units, rowOf } = plan(stepGraph);
  const compiled = units.map((unit) => compileUnit(stepGraph, unit, rowOf));
  const gathered = compiled.map(({ dense }) => dense?.sources.gathered?.length ?? 0);
  const nodeRows = Uint32Array.from(graph.ids, (_, i) => rowOf[i < graph.inputCount ? i : i + memories.length]);
  return {
    units: compiled,
    memories: memories.map((memory, k) => ({
      ...memory,
      row: graph.inputCount + k,
      source: nodeRows[memory.node],
      state: graph.stateStart![memory.node],
      initial: graph.initialValues![memory.node],
    })),
    rowOf: nodeRows,
    outputRows: Uint32Array.from(graph.outputs, (i) => nodeRows[i]),
    inputCount: graph.inputCount,
    rowCount: stepGraph.nodeCount + Math.max(0, ...gathered),
    hasSharedOrFixed: graph.weightSlots !== undefined,
    hasAggregations: compiled.some(({ combination }) => combination !== undefined),
  };
}

function compileUnit(graph: Graph, unit: Unit, rowOf: Uint32Array): ProgramUnit {
  const { nodes, firstRow, activation, aggregation } = unit;
  // A single node counts as dense if its aggregation is the sum and no parameter of the graph is shared or fixed (other
  // than c at 1).
  const dense = unit.dense || (nodes.length === 1 && graph.weightSlots === undefined && aggregation === undefined);
  const sparse = dense ? undefined : sparseEdges(graph, nodes, rowOf);
  const scales = Uint32Array.from(nodes, (i) => graph.scaleSlot(i));
  return {
    activation,
    firstRow,
    count: nodes.length,
    biases: Uint32Array.from(nodes, (i) => graph.biasSlot(i)),
    // Constants follow the parameters; the first constant is 1.
    scales: scales.every((slot) => slot === graph.parameterCount) ? undefined : scales,
    dense: dense ? { sources: sourcesOf(graph, nodes[0], rowOf), blocks: blocksOf(graph, unit) } : undefined,
    sparse,
    combination: aggregation && { aggregation, scratch: scratchOf(sparse!) },
  };
}

function scratchOf({ start }: SparseEdges): Combination['scratch'] {
  const byLength = new Map<number, Combination['scratch'][number]>();
  return Array.from(start.subarray(1), (end, k) => {
    const length = end - start[k];
    const scratch = byLength.get(length) ?? { z: new Float64Array(length), dAdz: new Float64Array(length) };
    byLength.set(length, scratch);
    return scratch;
  });
}

function sourcesOf(graph: Graph, i: number, rowOf: Uint32Array): Sources {
  const rows = Uint32Array.from(predecessorsOf(graph, i), (j) => rowOf[j]);
  const adjacent = rows.every((row, k) => row === rows[0] + k);
  return adjacent
    ? { firstRow: rows[0], count: rows.length, gathered: undefined }
    : { firstRow: graph.nodeCount, count: rows.length, gathered: rows };
}

function predecessorsOf({ edgeStart, predecessors }: Graph, i: number): number[] {
  return Array.from({ length: edgeStart[i + 1] - edgeStart[i] }, (_, k) => predecessors[edgeStart[i] + k]);
}

/** Splits a dense unit into blocks. A layer is one block, unless other nodes are declared between its nodes. */
function blocksOf(graph: Graph, { nodes, firstRow }: Unit): DenseBlock[] {
  const weights = nodes.map((i) => graph.weightSlot(graph.edgeStart[i], i));
  const blocks: DenseBlock[] = [];
  for (let from = 0, to = 1; from < nodes.length; from = to, to = from + 1) {
    const stride = (weights[to] ?? 0) - weights[from];
    while (to < nodes.length && weights[to] - weights[to - 1] === stride) to++;
    blocks.push({
      firstRow: firstRow + from,
      count: to - from,
      firstWeight: weights[from],
      stride,
      biases: Uint32Array.from(nodes.slice(from, to), (i) => graph.biasSlot(i)),
    });
  }
  return blocks;
}

function sparseEdges(graph: Graph, nodes: readonly number[], rowOf: Uint32Array): SparseEdges {
  const start = new Uint32Array(nodes.length + 1);
  nodes.forEach((i, k) => (start[k + 1] = start[k] + graph.edgeStart[i + 1] - graph.edgeStart[i]));
  const sources = new Uint32Array(start[nodes.length]);
  const weights = new Uint32Array(start[nodes.length]);
  nodes.forEach((i, k) => {
    for (let e = graph.edgeStart[i], at = start[k]; e < graph.edgeStart[i + 1]; e++, at++) {
      sources[at] = rowOf[graph.predecessors[e]];
      weights[at] = graph.weightSlot(e, i);
    }
  });
  return { start, sources, weights };
}
