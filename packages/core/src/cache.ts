/**
 * The gradient cache: think of the margin of a calculation, where every number that is used again is written once.
 * One row a sample, one entry a node.
 */
import type { GradientCache } from './contract.js';
import { NnbpError } from './errors.js';
import type { Graph } from './graph.js';

/** What is kept of one sample, an entry a node, in topological order. Inputs have only `x` and `dLossDx`. */
export interface SampleCache {
  /** $h_i = b_i + \sum_j w_{ji} x_j$, the pre-activation. */
  readonly h: Float64Array;
  /** $g_i = g(h_i)$. */
  readonly g: Float64Array;
  /** $x_i = c_i g_i$, the node's value. */
  readonly x: Float64Array;
  /** $c_i g'(h_i)$: used by case 3 for b and every w, and by case 2 for each predecessor. */
  readonly slope: Float64Array;
  /** The sample's own $\partial loss / \partial x_i$: used by case 3 for each parameter, by case 2 for each predecessor. */
  readonly dLossDx: Float64Array;
}

/** The reference engine's cache, in float64: it also keeps h and g. */
export class ReferenceCache implements GradientCache {
  /** One entry a sample of the batch. */
  readonly samples: readonly SampleCache[];
  readonly #graph: Graph;

  constructor(graph: Graph, batchSize: number) {
    this.#graph = graph;
    const row = () => new Float64Array(graph.nodeCount);
    this.samples = Array.from({ length: batchSize }, () => ({
      h: row(),
      g: row(),
      x: row(),
      slope: row(),
      dLossDx: row(),
    }));
  }

  /** The pre-activation h. 0 for an input, which has none. */
  h(id: string, sample = 0): number {
    return this.#read('h', id, sample);
  }

  /** The activation g(h). 0 for an input, which has none. */
  g(id: string, sample = 0): number {
    return this.#read('g', id, sample);
  }

  /** {@inheritDoc GradientCache.x} */
  x(id: string, sample = 0): number {
    return this.#read('x', id, sample);
  }

  /** {@inheritDoc GradientCache.slope} */
  slope(id: string, sample = 0): number {
    return this.#read('slope', id, sample);
  }

  /** {@inheritDoc GradientCache.dLossDx} */
  dLossDx(id: string, sample = 0): number {
    return this.#read('dLossDx', id, sample);
  }

  #read(quantity: keyof SampleCache, id: string, sample: number): number {
    const i = this.#graph.indexOf(id);
    const row = this.samples[sample] as SampleCache | undefined;
    if (row === undefined) {
      throw new NnbpError('OUT_OF_RANGE', `sample: expected 0 to ${this.samples.length - 1}, found ${sample}.`);
    }
    return row[quantity][i];
  }
}
