/**
 * The gradient cache of the reference engine, with one entry per node, sample and step, so that every number that is
 * used more than once is computed only once.
 */
import { expectInteger } from './expect.js';
import type { GradientCache } from './engine.js';
import type { Graph } from './graph.js';

/**
 * The cache of one step of one sample: one entry per node, in topological order. Inputs have only `x` and `dLossDx`.
 * Case 2 of backpropagation computes dloss/dx of a node from its successors, and case 3 the gradients of parameters.
 */
export interface SampleCache {
  /** The pre-activation, $h_i = b_i + A(z)$; with the default aggregation, $b_i + \sum_j w_{ji} x_j$. */
  readonly h: Float64Array;
  /** The activation, $g_i = g(h_i)$. */
  readonly g: Float64Array;
  /** The node's value, $x_i = c_i g_i$. */
  readonly x: Float64Array;
  /** The slope, $c_i g'(h_i)$: used in case 3 for b and every w, and in case 2 for each predecessor. */
  readonly slope: Float64Array;
  /**
   * Per-sample $\partial loss / \partial x_i$: used in case 3 for each parameter, and in case 2 for each predecessor.
   */
  readonly dLossDx: Float64Array;
  /** Present if any node has an aggregation other than the sum. */
  readonly aggregated?: AggregatedCache | undefined;
}

/** The cache of aggregations. For nodes that use the sum, `dAdz` is 1, and `z` and `a` are unspecified. */
export interface AggregatedCache {
  /** The weighted values, $z_e = w_e x$, one entry per edge. */
  readonly z: Float64Array;
  /** The aggregations, $A(z)$, one entry per node. */
  readonly a: Float64Array;
  /**
   * The derivatives $\partial A / \partial z_e$, one entry per edge: used in case 3 for w, and in case 2 for the edge's
   * predecessor.
   */
  readonly dAdz: Float64Array;
}

/** The cache of one sample: its steps, and the state before the first. */
export interface SequenceCache {
  /** One entry per step. Entries from index `length` on do not belong to the last pass. */
  readonly steps: readonly SampleCache[];
  /** The number of steps of the sequence in the last pass; 0 if the last pass did not include this sample. */
  length: number;
  /** The state before the first step. Values of node i start at `graph.stateStart[i]`, latest first. */
  readonly before: Float64Array;
}

/** The cache of the reference engine, in float64. It has h and g in addition to the values of {@link GradientCache}. */
export class ReferenceCache implements GradientCache {
  /** One entry per sample of the batch. */
  readonly sequences: readonly SequenceCache[];
  /** The first step of each sample. Without sequences, a sample has only this step. */
  readonly samples: readonly SampleCache[];
  readonly #graph: Graph;

  constructor(graph: Graph, batchSize: number, steps = 1) {
    this.#graph = graph;
    this.sequences = Array.from({ length: batchSize }, () => ({
      steps: Array.from({ length: steps }, () => emptyCache(graph)),
      length: 1,
      before: graph.initialState(),
    }));
    this.samples = this.sequences.map((sequence) => sequence.steps[0]);
  }

  /** The pre-activation h. 0 for an input, which has none. */
  h(id: string, sample = 0, step = 0): number {
    return this.#read('h', id, sample, step);
  }

  /** The activation g(h). 0 for an input, which has none. */
  g(id: string, sample = 0, step = 0): number {
    return this.#read('g', id, sample, step);
  }

  /** {@inheritDoc GradientCache.x} */
  x(id: string, sample = 0, step = 0): number {
    return this.#read('x', id, sample, step);
  }

  /** {@inheritDoc GradientCache.slope} */
  slope(id: string, sample = 0, step = 0): number {
    return this.#read('slope', id, sample, step);
  }

  /** {@inheritDoc GradientCache.dLossDx} */
  dLossDx(id: string, sample = 0, step = 0): number {
    return this.#read('dLossDx', id, sample, step);
  }

  #read(quantity: 'h' | 'g' | 'x' | 'slope' | 'dLossDx', id: string, sample: number, step: number): number {
    const i = this.#graph.indexOf(id);
    const { sequences } = this;
    expectInteger('step', step, 0, sequences[0].length - 1);
    if (!(sequences[sample]?.length > step)) {
      expectInteger('sample', sample, 0, sequences.filter(({ length }) => length > step).length - 1);
    }
    return sequences[sample].steps[step][quantity][i];
  }
}

function emptyCache(graph: Graph): SampleCache {
  const perNode = () => new Float64Array(graph.nodeCount);
  const perEdge = () => new Float64Array(graph.edgeCount);
  return {
    h: perNode(),
    g: perNode(),
    x: perNode(),
    slope: perNode(),
    dLossDx: perNode(),
    aggregated: graph.aggregationOf && { z: perEdge(), a: perNode(), dAdz: perEdge().fill(1) },
  };
}

/**
 * The value that `edge` reads at step t: the value of its source at that step or, if the edge is delayed, at an earlier
 * one.
 *
 * @param x - The values of step t.
 */
export function sourceValue(graph: Graph, sequence: SequenceCache, t: number, edge: number, x: Float64Array): number {
  const { edgeDelay, predecessors } = graph;
  const j = predecessors[edge];
  return edgeDelay === undefined ? x[j] : valueAt(graph, sequence, t - edgeDelay[edge], j);
}

/** The value of node j at step t. For t < 0, it is read from the state. */
export function valueAt(graph: Graph, { steps, before }: SequenceCache, t: number, j: number): number {
  return t >= 0 ? steps[t].x[j] : before[graph.stateStart![j] - t - 1];
}
