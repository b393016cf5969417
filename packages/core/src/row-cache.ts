/** The gradient cache of an engine that stores one row per node, `[nodes × samples]`. */
import type { FloatArray } from './contract.js';
import type { GradientCache } from './engine.js';
import { NnbpError } from './errors.js';
import { expectInteger } from './expect.js';
import type { Graph } from './graph.js';

/** The quantities that a {@link RowCache} holds for each node; see `GradientCache`. `g` is the activation g(h). */
export type Quantity = 'x' | 'g' | 'slope' | 'dLossDx';

/** The rows of an engine's last pass. */
export interface CacheRows {
  /** Returns the number of steps of the last pass. */
  steps(): number;
  /** Returns a view of a quantity of node i at a step, with one number per sample that has this step. */
  row(quantity: Quantity, i: number, step: number): FloatArray;
}

/** Reads an engine's rows by node id, without copying them. */
export class RowCache implements GradientCache {
  readonly #graph: Graph;
  readonly #rows: CacheRows;
  /** Whether the last pass omitted dLossDx of the inputs, as `Executor.step` does. */
  withoutInputs = false;

  constructor(graph: Graph, rows: CacheRows) {
    this.#graph = graph;
    this.#rows = rows;
  }

  /**
   * Returns a view of a quantity of a node at a step of the last pass, with one number per sample that has this step.
   * The next pass overwrites it. An input has neither g nor slope; the view then contains zeros.
   *
   * @throws NnbpError `UNKNOWN_ID`, `OUT_OF_RANGE`; `WRONG_STATE` for dLossDx of an input after `Executor.step`, which
   * does not compute it
   */
  row(quantity: Quantity, id: string, step = 0): FloatArray {
    const i = this.#graph.indexOf(id);
    expectInteger('step', step, 0, this.#rows.steps() - 1);
    if (quantity === 'dLossDx' && this.withoutInputs && i < this.#graph.inputCount) {
      throw new NnbpError(
        'WRONG_STATE',
        `dLossDx of input "${id}": step() does not compute it, since no parameter needs it. Call backpropagate() instead.`,
      );
    }
    return this.#rows.row(quantity, i, step);
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

  /**
   * dloss/dx of a node at a step. The loss is the weighted sum of the losses at all steps of the sample.
   *
   * @throws NnbpError `WRONG_STATE` for an input after `Executor.step`, which does not compute it
   */
  dLossDx(id: string, sample = 0, step = 0): number {
    return this.#read('dLossDx', id, sample, step);
  }

  #read(quantity: Quantity, id: string, sample: number, step: number): number {
    const row = this.row(quantity, id, step);
    expectInteger('sample', sample, 0, row.length - 1);
    return row[sample];
  }
}
