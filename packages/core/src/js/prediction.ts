/** Predictions with parameters that stay where they are: the forward pass of the js engine on tables made once. */
import type { Graph } from '../graph.js';
import type { Standardization } from '../standardization.js';
import { forward, type ForwardTables } from './forward.js';
import { forwardOne } from './one-sample.js';
import { type Program, programOf } from './program.js';

/** The length of a table: what stays in a processor's cache, as far as one sample allows. */
const maxTableLength = 2 ** 15;
/** More samples in one pass are not faster. */
const maxSamples = 64;

/** Tables for passes of up to `samples` samples. */
export class Prediction {
  /** The number of samples a pass may have. */
  readonly samples: number;
  readonly #program: Program;
  readonly #tables: ForwardTables;

  /** @param single - Whether every pass has one sample. */
  constructor(graph: Graph, single: boolean) {
    this.#program = programOf(graph);
    const { rowCount } = this.#program;
    this.samples = single ? 1 : Math.max(4, Math.min(maxSamples, Math.floor(maxTableLength / rowCount) & -4));
    const table = () => new Float64Array(rowCount * this.samples);
    this.#tables = { h: table(), g: table(), x: table(), a: this.#program.combines ? table() : new Float64Array(0) };
  }

  /** Sets the inputs of sample s of a pass of `samples` samples. Returns 0, or NaN if one of them is not finite. */
  write(input: ArrayLike<number>, s: number, samples: number, scaler: Standardization | undefined): number {
    const { x } = this.#tables;
    const { inputCount } = this.#program;
    let probe = 0;
    for (let k = 0, at = s; k < inputCount; k++, at += samples) {
      const value = input[k];
      probe += 0 * value;
      x[at] = scaler === undefined ? value : scaler.apply(value, k);
    }
    return probe;
  }

  /**
   * Computes all nodes, delayed edges reading what is before the first step. Returns 0, or NaN if a pre-activation or a value is
   * not finite.
   *
   * @param parameters - Slots, if the graph has constants other than 1.
   */
  run(parameters: Float64Array, samples: number): number {
    for (const { row, initial } of this.#program.memories) {
      this.#tables.x.fill(initial, row * samples, (row + 1) * samples);
    }
    return samples === 1
      ? forwardOne(this.#program, parameters, this.#tables)
      : forward(this.#program, parameters, this.#tables, samples);
  }

  /** The outputs of sample s, after `run`. */
  output(s: number, samples: number, scaler: Standardization | undefined): number[] {
    const { outputRows } = this.#program;
    const { x } = this.#tables;
    const output = new Array<number>(outputRows.length);
    for (let k = 0; k < output.length; k++) {
      const value = x[outputRows[k] * samples + s];
      output[k] = scaler === undefined ? value : scaler.undo(value, k);
    }
    return output;
  }
}
