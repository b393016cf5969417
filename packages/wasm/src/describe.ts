/** Describes how the engine runs a graph. */
import type { Graph, Plan } from '@nnbp/core';
import { fusedMultiplyAdd, type MultiplyAdd } from './assembler.js';
import { activationKernelOf, aggregationNumberOf, noKernel } from './builtins.js';
import type { MemoryUse, Purpose } from './layout.js';
import type { TimeGraph } from './time.js';

/**
 * Dense blocks with the same shape and activation. The nodes of a block have the same predecessors, so one matrix
 * product computes them.
 */
export interface DenseBlocks {
  /** Number of blocks, summed over all steps. */
  readonly count: number;
  /** Number of nodes per block. */
  readonly nodes: number;
  /** Number of predecessors per node. */
  readonly predecessors: number;
  /** The activation's name. */
  readonly activation: string;
}

/** Nodes that are computed edge by edge and have the same activation and aggregation. */
export interface SparseNodes {
  /** Number of nodes, summed over all steps. */
  readonly nodes: number;
  /** Number of their incoming edges, summed over all steps. */
  readonly edges: number;
  /** The activation's name. */
  readonly activation: string;
  /** The aggregation's name; `sum` if none was set. */
  readonly aggregation: string;
}

export interface PlanDetails {
  readonly graph: Graph;
  readonly batchSize: number;
  readonly time: TimeGraph;
  readonly plan: Plan;
  readonly memory: MemoryUse;
  readonly isUnrolled: boolean;
  readonly multiplyAdd: MultiplyAdd;
  readonly threads: number;
  readonly threadsReason: string | undefined;
}

/** The properties of a graph, and how the engine runs it. */
export class PlanDescription {
  /** Size of the graph. */
  readonly graph: {
    /** Number of inputs. */
    readonly inputs: number;
    /** Number of nodes, excluding inputs. */
    readonly nodes: number;
    /** Number of output nodes. */
    readonly outputs: number;
    /** Number of edges. */
    readonly edges: number;
    /** Number of edges that read a value from an earlier step. */
    readonly delayedEdges: number;
    /** Number of distinct parameters. */
    readonly parameters: number;
    /** Number of edges that share their weight with another edge. */
    readonly sharingEdges: number;
    /** Number of values in the state of one sequence. */
    readonly stateSize: number;
  };
  /** The largest number of samples per call. */
  readonly batchSize: number;
  /** The largest number of steps per call. */
  readonly steps: number;
  /** Dense blocks, the largest first. */
  readonly denseBlocks: readonly DenseBlocks[];
  /** The other nodes, grouped by activation and aggregation, most edges first. */
  readonly sparseNodes: readonly SparseNodes[];
  /** The share of edges that are in dense blocks, from 0 to 1. */
  readonly denseShare: number;
  /**
   * `unrolled`: code generated for this graph. Requires one thread, calls with one sample or sequence, at most 1,000
   * edges, and a kernel for every activation and aggregation. `tables`: the code that all graphs share, which reads the
   * graph from tables.
   */
  readonly code: 'unrolled' | 'tables';
  /** Names of the activations and aggregations that run in JavaScript, since they have no kernel. */
  readonly withoutKernel: readonly string[];
  /** Whether a · b + c is rounded once (`fused`) or twice (`separate`). */
  readonly multiplyAdd: 'fused' | 'separate';
  /** Number of threads that can share the work. */
  readonly threads: number;
  /** Why there are fewer threads than requested; otherwise undefined. */
  readonly threadsReason: string | undefined;
  /** Bytes of memory by purpose. `values`: the rows of x, g, slope, dloss/dx and delta of all nodes. */
  readonly memory: Readonly<Record<Purpose, number>>;
  /** Total bytes of memory. */
  readonly bytes: number;

  /** @internal */
  constructor(details: PlanDetails) {
    const { graph, time, plan, memory } = details;
    const { inputCount, nodeCount, outputs, edgeCount, parameterCount, stateSize } = graph;
    this.graph = {
      inputs: inputCount,
      nodes: nodeCount - inputCount,
      outputs: outputs.length,
      edges: edgeCount,
      delayedEdges: countDelayed(graph),
      parameters: parameterCount,
      sharingEdges: countSharing(graph),
      stateSize,
    };
    this.batchSize = details.batchSize;
    this.steps = time.steps;
    this.denseBlocks = denseBlocks(time.graph, plan);
    this.sparseNodes = sparseNodes(time.graph, plan);
    this.denseShare = time.graph.edgeCount === 0 ? 0 : 1 - plan.sparseEdges / time.graph.edgeCount;
    this.code = details.isUnrolled ? 'unrolled' : 'tables';
    this.withoutKernel = [
      ...graph.activations.filter((activation) => activationKernelOf(activation).number === noKernel),
      ...graph.aggregations.filter((aggregation) => aggregation && aggregationNumberOf(aggregation) === noKernel),
    ].map((plugin) => plugin!.name);
    this.multiplyAdd = details.multiplyAdd === fusedMultiplyAdd ? 'fused' : 'separate';
    this.threads = details.threads;
    this.threadsReason = details.threadsReason;
    this.memory = memory;
    this.bytes = Object.values(memory).reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Returns a summary in a few lines of English. */
  toString(): string {
    const { graph, batchSize, steps, threads, threadsReason } = this;
    const lines: string[] = [];
    const add = (title: string, ...texts: readonly string[]) =>
      texts.forEach((text, k) => lines.push(`${(k === 0 ? title : '').padEnd(8)}${text}`));
    add(
      'Graph',
      `${counted(graph.inputs, 'input')}, ${counted(graph.nodes, 'node')}, ${counted(graph.outputs, 'output')}; ` +
        `${counted(graph.edges, 'edge')}, ${counted(graph.parameters, 'parameter')}`,
    );
    if (graph.sharingEdges > 0) add('Shared', `${counted(graph.sharingEdges, 'edge')} with a shared weight`);
    if (graph.delayedEdges > 0) {
      const state = counted(graph.stateSize, 'number');
      add('Delays', `${counted(graph.delayedEdges, 'delayed edge')}, state of ${state} per sequence`);
    }
    add('Batch', `up to ${counted(batchSize, 'sample')}${steps > 1 ? ` of up to ${counted(steps, 'step')}` : ''}`);
    add('Dense', ...listed(this.denseBlocks, denseText, 'no blocks'));
    add('Sparse', ...listed(this.sparseNodes, sparseText, 'no nodes'));
    add('Code', this.#codeText());
    add('Threads', threadsReason === undefined ? String(threads) : `${threads}: ${threadsReason}`);
    add('Memory', memoryText(this.memory, this.bytes));
    return lines.join('\n');
  }

  #codeText(): string {
    const code = this.code === 'unrolled' ? 'unrolled for this graph' : 'tables';
    const inJavaScript = this.withoutKernel.length === 0 ? '' : `; without a kernel: ${this.withoutKernel.join(', ')}`;
    return `${code}, ${this.multiplyAdd} multiply-add${inJavaScript}`;
  }
}

const maxListed = 6;

function listed<Item>(items: readonly Item[], text: (item: Item) => string, none: string): string[] {
  if (items.length === 0) return [none];
  const rest = items.length - maxListed;
  const lines = items.slice(0, maxListed).map(text);
  return rest > 0 ? [...lines, `and ${format(rest)} more`] : lines;
}

function denseText({ count, nodes, predecessors, activation }: DenseBlocks): string {
  const shape = `${format(nodes)} × ${format(predecessors)} ${activation}`;
  return count === 1 ? shape : `${shape}, ${format(count)} blocks`;
}

function sparseText({ nodes, edges, activation, aggregation }: SparseNodes): string {
  const kind = aggregation === 'sum' ? activation : `${activation} of ${aggregation}`;
  return `${counted(nodes, 'node')} with ${counted(edges, 'edge')}, ${kind}`;
}

function memoryText(memory: MemoryUse, bytes: number): string {
  const parts = Object.entries(memory)
    .sort(([, a], [, b]) => b - a)
    .map(([purpose, part]) => `${purpose} ${size(part)}`);
  return `${size(bytes)}: ${parts.join(', ')}`;
}

function denseBlocks(graph: Graph, { units }: Plan): DenseBlocks[] {
  const blocks = units
    .filter(({ dense }) => dense)
    .map(({ nodes, activation }) => ({
      count: 1,
      nodes: nodes.length,
      predecessors: fanIn(graph, nodes[0]),
      activation: activation.name,
    }));
  const kinds = grouped(blocks, ({ nodes, predecessors, activation }) => [nodes, predecessors, activation].join());
  return kinds
    .map((group) => ({ ...group[0], count: group.length }))
    .sort((a, b) => b.nodes * b.predecessors - a.nodes * a.predecessors);
}

function sparseNodes(graph: Graph, { units }: Plan): SparseNodes[] {
  const parts = units
    .filter(({ dense }) => !dense)
    .map(({ nodes, activation, aggregation }) => ({
      nodes: nodes.length,
      edges: nodes.reduce((sum, i) => sum + fanIn(graph, i), 0),
      activation: activation.name,
      aggregation: aggregation?.name ?? 'sum',
    }));
  return grouped(parts, ({ activation, aggregation }) => [activation, aggregation].join())
    .map((group) => ({
      ...group[0],
      nodes: group.reduce((sum, { nodes }) => sum + nodes, 0),
      edges: group.reduce((sum, { edges }) => sum + edges, 0),
    }))
    .sort((a, b) => b.edges - a.edges);
}

const fanIn = (graph: Graph, i: number): number => graph.edgeStart[i + 1] - graph.edgeStart[i];

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}

function countDelayed(graph: Graph): number {
  let count = 0;
  for (let e = 0; e < graph.edgeCount; e++) if (graph.delay(e) > 0) count++;
  return count;
}

function countSharing(graph: Graph): number {
  if (graph.weightSlots === undefined) return 0;
  const uses = new Map<number, number>();
  for (let e = 0; e < graph.edgeCount; e++) {
    const slot = graph.weightSlots[e];
    if (slot < graph.parameterCount) uses.set(slot, (uses.get(slot) ?? 0) + 1);
  }
  let count = 0;
  for (const times of uses.values()) if (times > 1) count += times;
  return count;
}

const format = (value: number): string => value.toLocaleString('en');

const counted = (count: number, noun: string): string => `${format(count)} ${noun}${count === 1 ? '' : 's'}`;

const size = (bytes: number): string =>
  bytes < 2 ** 20 ? `${(bytes / 2 ** 10).toFixed(1)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
