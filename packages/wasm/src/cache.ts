/** The gradient cache of the fast engine: views of the rows that the kernels read and write. Nothing is copied. */
import { type GradientCache, type Graph, mismatch, NnbpError } from '@nnbp/core';

/** What a node's rows hold; see `GradientCache`, and $g = g(h)$. */
export type Quantity = 'x' | 'g' | 'slope' | 'dLossDx';

/** Where the executor keeps its rows. */
export interface Rows {
  /** The memory's buffer. */
  readonly buffer: ArrayBufferLike;
  /** For each quantity, the address of row 0. */
  readonly address: Readonly<Record<Quantity, number>>;
  /** From a row to the next, in bytes. */
  readonly rowBytes: number;
  /** The row of node i at step t. */
  rowOf(i: number, t: number): number;
}

/** Reads what the last pass left in memory, in float32. */
export class WasmCache implements GradientCache {
  readonly #graph: Graph;
  readonly #batchSize: number;
  readonly #steps: number;
  readonly #rows: Rows;
  /** Whether the last pass left the inputs' dLossDx out, as a step does. */
  inputsLeftOut = false;

  /** @internal */
  constructor(graph: Graph, batchSize: number, steps: number, rows: Rows) {
    this.#graph = graph;
    this.#batchSize = batchSize;
    this.#steps = steps;
    this.#rows = rows;
  }

  /**
   * A node's numbers at a step for all samples of the batch, as a view, which the next pass changes. For g and slope of an
   * input, which has none, it holds zeros.
   *
   * @throws NnbpError `UNKNOWN_ID`; `WRONG_STATE` for dLossDx of an input after `step`, which does not compute it
   */
  row(quantity: Quantity, id: string, step = 0): Float32Array {
    const i = this.#graph.indexOf(id);
    if (!(Number.isInteger(step) && step >= 0 && step < this.#steps)) {
      throw mismatch('OUT_OF_RANGE', 'step', `0 to ${this.#steps - 1}`, step);
    }
    if (quantity === 'dLossDx' && this.inputsLeftOut && i < this.#graph.inputCount) {
      throw new NnbpError(
        'WRONG_STATE',
        `dLossDx of the input "${id}": step leaves it out, since it changes no parameter. Call backpropagate for it.`,
      );
    }
    const { buffer, address, rowBytes } = this.#rows;
    return new Float32Array(buffer, address[quantity] + this.#rows.rowOf(i, step) * rowBytes, this.#batchSize);
  }

  /** The activation g(h). 0 for an input, which has none. */
  g(id: string, sample = 0, step = 0): number {
    return this.#read('g', id, sample, step);
  }

  /** The node's value, x = c · g(h). `sample` counts from 0 within the batch. */
  x(id: string, sample = 0, step = 0): number {
    return this.#read('x', id, sample, step);
  }

  /** c · g'(h): how the value answers to the pre-activation. 0 for an input, which has none. */
  slope(id: string, sample = 0, step = 0): number {
    return this.#read('slope', id, sample, step);
  }

  /** How the sample's own loss answers to the node's value; not for inputs after `step`. */
  dLossDx(id: string, sample = 0, step = 0): number {
    return this.#read('dLossDx', id, sample, step);
  }

  #read(quantity: Quantity, id: string, sample: number, step: number): number {
    const row = this.row(quantity, id, step);
    if (!(sample in row)) {
      throw mismatch('OUT_OF_RANGE', 'sample', `0 to ${this.#batchSize - 1}`, sample);
    }
    return row[sample];
  }
}
