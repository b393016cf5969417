/** The gradient cache of an engine that stores a row per node, `[nodes × samples]`. */
import { mismatch } from '../expect.js';
import type { FloatArray } from '../contract.js';
import type { GradientCache } from '../engine.js';
import { NnbpError } from '../errors.js';
import type { Graph } from '../graph.js';

/** The tables of one step: node i of sample s is at rowOf[i] · samples + s. */
export interface CacheStep {
  readonly samples: number;
  readonly tables: Readonly<Record<'x' | 'slope' | 'dLossDx', FloatArray>>;
}

/** The data of an engine's last pass. */
export interface CacheRows {
  /** For each node, its row. */
  readonly rowOf: ArrayLike<number>;
  /** The steps of the last pass. */
  readonly steps: ArrayLike<CacheStep>;
  /** Whether the last pass left out dLossDx of the inputs, as a step does. */
  withoutInputs: boolean;
}

/** Reads an engine's tables by node id, sample and step. */
export class TableCache implements GradientCache {
  readonly #graph: Graph;
  readonly #rows: CacheRows;

  constructor(graph: Graph, rows: CacheRows) {
    this.#graph = graph;
    this.#rows = rows;
  }

  /** {@inheritDoc GradientCache.x} */
  x(id: string, sample = 0, step = 0): number {
    return this.#read('x', this.#graph.indexOf(id), sample, step);
  }

  /** {@inheritDoc GradientCache.slope} */
  slope(id: string, sample = 0, step = 0): number {
    return this.#read('slope', this.#graph.indexOf(id), sample, step);
  }

  /**
   * The per-sample dloss/dx at that step, times the sample's weight.
   *
   * @throws NnbpError `WRONG_STATE` for an input after `step`, which does not compute it
   */
  dLossDx(id: string, sample = 0, step = 0): number {
    const i = this.#graph.indexOf(id);
    if (this.#rows.withoutInputs && i < this.#graph.inputCount) {
      throw new NnbpError(
        'WRONG_STATE',
        `dLossDx of the input "${id}": step leaves it out, since it changes no parameter. Call backpropagate for it.`,
      );
    }
    return this.#read('dLossDx', i, sample, step);
  }

  #read(quantity: 'x' | 'slope' | 'dLossDx', i: number, sample: number, step: number): number {
    const { rowOf, steps } = this.#rows;
    if (!(step in steps)) throw outOfRange('step', step, steps.length);
    const { samples, tables } = steps[step];
    if (!(Number.isInteger(sample) && sample >= 0 && sample < samples)) throw outOfRange('sample', sample, samples);
    return tables[quantity][rowOf[i] * samples + sample];
  }
}

const outOfRange = (what: string, received: number, count: number) =>
  mismatch('OUT_OF_RANGE', what, `0 to ${count - 1}`, received);
