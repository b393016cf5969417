/** Runs plugins that have no kernel, such as custom ones, in JavaScript, on the numbers in the WebAssembly memory. */
import type { Activation, Aggregation, Loss, Plan } from '@nnbp/core';
import { header, unit } from './memory-map.js';

/** The functions that the WebAssembly module imports. */
export class JavaScriptPlugins {
  /** The loss of the next pass. */
  loss: Loss | undefined;
  #failure: { readonly error: unknown } | undefined;
  readonly #words: Uint32Array;
  readonly #numbers: Float32Array;
  /** The plugins of each unit (nodes that are computed together), keyed by the unit's first row. */
  readonly #activations: ReadonlyMap<number, Activation>;
  readonly #aggregations: ReadonlyMap<number, Aggregation>;
  readonly #x: Float64Array;
  readonly #t: Float64Array;
  readonly #dLossDx: Float64Array;

  /** @param outputs - Number of outputs per step. */
  constructor(words: Uint32Array, numbers: Float32Array, outputs: number, plan: Plan) {
    this.#words = words;
    this.#numbers = numbers;
    this.#activations = new Map(plan.units.map(({ firstRow, activation }) => [firstRow, activation]));
    this.#aggregations = new Map(
      plan.units.flatMap(({ firstRow, aggregation }) => (aggregation ? [[firstRow, aggregation] as const] : [])),
    );
    this.#x = new Float64Array(outputs);
    this.#t = new Float64Array(outputs);
    this.#dLossDx = new Float64Array(outputs);
  }

  /**
   * Computes g, x and slope of the nodes `from` to `to` of the unit at address `u`. Reads h from the rows of g, to which
   * the kernel has written it.
   */
  readonly activation = (u: number, from: number, to: number): void => {
    const words = this.#words;
    const numbers = this.#numbers;
    const field = (name: keyof typeof unit) => words[(u + unit[name]) / 4];
    const firstRow = field('firstRow');
    const activation = this.#activations.get(firstRow)!;
    const lanes = words[header.columns / 4] / 4;
    const rowLength = words[header.rowBytes / 4] / 4;
    const [g, x, slope] = [header.g, header.x, header.slope].map((table) => words[table / 4] / 4);
    for (let row = firstRow + from; row < firstRow + to; row++) {
      const c = numbers[words[words[header.scaleOf / 4] / 4 + row] / 4];
      for (let at = row * rowLength; at < row * rowLength + lanes; at++) {
        const h = numbers[g + at];
        const value = activation.value(h);
        numbers[g + at] = value;
        numbers[x + at] = c * value;
        numbers[slope + at] = c * activation.derivative(h, value);
      }
    }
  };

  /** Computes h and dA/dz_e from x of the predecessors, for the nodes `from` to `to` of the unit at address `u`. */
  readonly aggregation = (u: number, from: number, to: number): void => {
    const words = this.#words;
    const numbers = this.#numbers;
    const table = (name: 'biasOf' | 'inStart' | 'inX' | 'inWeight' | 'edgeRowOf') => words[header[name] / 4] / 4;
    const firstRow = words[(u + unit.firstRow) / 4];
    const aggregation = this.#aggregations.get(firstRow)!;
    const lanes = words[header.columns / 4] / 4;
    const rowLength = words[header.rowBytes / 4] / 4;
    const h = words[(u + unit.h) / 4] / 4;
    for (let row = firstRow + from; row < firstRow + to; row++) {
      const b = numbers[words[table('biasOf') + row] / 4];
      const [first, end] = [words[table('inStart') + row], words[table('inStart') + row + 1]];
      const edgeRow = words[table('edgeRowOf') + row] / 4;
      const z = new Float64Array(end - first);
      const dAdz = new Float64Array(end - first);
      for (let lane = 0; lane < lanes; lane++) {
        for (let e = 0; e < z.length; e++) {
          const weight = numbers[words[table('inWeight') + first + e] / 4];
          z[e] = weight * numbers[words[table('inX') + first + e] / 4 + lane];
        }
        const a = aggregation.value(z);
        aggregation.derivative(z, a, dAdz);
        numbers[h + row * rowLength + lane] = b + a;
        for (let e = 0; e < z.length; e++) numbers[edgeRow + e * rowLength + lane] = dAdz[e];
      }
    }
  };

  /**
   * Computes case 1 of backpropagation at one time step: writes the outputs' dLossDx rows, and returns the sum of the
   * losses, each multiplied by the weight of its sample.
   */
  readonly lossPass = (): number => {
    const words = this.#words;
    const numbers = this.#numbers;
    const loss = this.loss!;
    const outputs = this.#x.length;
    const outputX = words[header.outputX / 4] / 4;
    const toDLossDx = (words[header.dLossDx / 4] - words[header.x / 4]) / 4;
    const targets = words[header.targets / 4] / 4 + words[header.lossStep / 4] * outputs;
    const weights = words[header.weights / 4] / 4;
    const stride = words[header.targetStride / 4] / 4;
    let sum = 0;
    for (let s = 0; s < words[header.samples / 4]; s++) {
      const weight = numbers[weights + s];
      if (weight === 0) {
        for (let k = 0; k < outputs; k++) numbers[words[outputX + k] / 4 + toDLossDx + s] = 0;
        continue;
      }
      for (let k = 0; k < outputs; k++) {
        this.#x[k] = numbers[words[outputX + k] / 4 + s];
        this.#t[k] = numbers[targets + s * stride + k];
      }
      sum += weight * loss.value(this.#x, this.#t);
      loss.derivative(this.#x, this.#t, this.#dLossDx);
      for (let k = 0; k < outputs; k++) numbers[words[outputX + k] / 4 + toDLossDx + s] = weight * this.#dLossDx[k];
    }
    return sum;
  };

  /**
   * Like `lossPass`, for several threads. An error is stored for `rethrow`, because this thread must first complete the
   * pass together with the workers.
   */
  readonly threadedLossPass = (): number => {
    try {
      return this.lossPass();
    } catch (error) {
      this.#failure = { error };
      this.#invalidateCaseOne();
      return NaN;
    }
  };

  /** Throws the error that the loss threw in the last pass, if any. */
  rethrow(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  /** Sets the outputs' dLossDx to NaN, so that no parameter is updated. */
  #invalidateCaseOne(): void {
    const words = this.#words;
    const toDLossDx = words[header.dLossDx / 4] - words[header.x / 4];
    for (let k = 0; k < this.#x.length; k++) {
      const row = (words[words[header.outputX / 4] / 4 + k] + toDLossDx) / 4;
      this.#numbers.fill(NaN, row, row + words[header.samples / 4]);
    }
  }
}
