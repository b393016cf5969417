/** The gradient cache of an engine that keeps a row for each node, with the samples of the batch side by side. */
import type { FloatArray, GradientCache } from '../contract.js';
import { NnbpError } from '../errors.js';
import type { Graph } from '../graph.js';

/** What an engine keeps of the last pass. */
export interface CacheRows {
  /** For each node, its row. */
  readonly rowOf: ArrayLike<number>;
  /** Numbers from the start of a row to the start of the next. */
  stride: number;
  /** Samples that can be read. */
  samples: number;
  /** Whether the last pass left out dLossDx of the inputs, as a step does. */
  withoutInputs: boolean;
}

/** Reads the tables of an engine. */
export class TableCache implements GradientCache {
  readonly #graph: Graph;
  readonly #tables: Readonly<Record<'x' | 'slope' | 'dLossDx', FloatArray>>;
  readonly #rows: CacheRows;

  constructor(graph: Graph, tables: Readonly<Record<'x' | 'slope' | 'dLossDx', FloatArray>>, rows: CacheRows) {
    this.#graph = graph;
    this.#tables = tables;
    this.#rows = rows;
  }

  /** {@inheritDoc GradientCache.x} */
  x(id: string, sample = 0): number {
    return this.#read('x', this.#graph.indexOf(id), sample);
  }

  /** {@inheritDoc GradientCache.slope} */
  slope(id: string, sample = 0): number {
    return this.#read('slope', this.#graph.indexOf(id), sample);
  }

  /**
   * How the sample's own loss answers to the node's value.
   *
   * @throws NnbpError `WRONG_STATE` for an input after `step`, which does not compute it
   */
  dLossDx(id: string, sample = 0): number {
    const i = this.#graph.indexOf(id);
    if (this.#rows.withoutInputs && i < this.#graph.inputCount) {
      throw new NnbpError(
        'WRONG_STATE',
        `dLossDx of the input "${id}": step leaves it out, since it changes no parameter. Call backpropagate for it.`,
      );
    }
    return this.#read('dLossDx', i, sample);
  }

  #read(quantity: 'x' | 'slope' | 'dLossDx', i: number, sample: number): number {
    const { rowOf, stride, samples } = this.#rows;
    if (!(Number.isInteger(sample) && sample >= 0 && sample < samples)) {
      throw new NnbpError('OUT_OF_RANGE', `sample: expected 0 to ${samples - 1}, found ${sample}.`);
    }
    return this.#tables[quantity][rowOf[i] * stride + sample];
  }
}
