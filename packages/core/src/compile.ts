/** Prepares a network for predictions on any engine. */
import type { FloatArray } from './contract.js';
import type { Engine, Executor } from './engine.js';
import { NnbpError } from './errors.js';
import { mismatch, allFinite, expectArray, expectEngine, expectFinite, expectInteger, expectLength } from './expect.js';
import { js } from './js/engine.js';
import type { Network } from './network.js';
import { applyOutputTransform, type OutputTransform } from './output-transform.js';
import { overflow } from './overflow.js';
import type { Row } from './rows.js';
import type { Standardization } from './standardization.js';

/** Options of {@link compile}. */
export interface CompileOptions {
  /** The engine, which determines the precision. Default: `js()`, float64. */
  readonly engine?: Engine;
  /** Number of samples that `predictBatch` computes at once. Default: 128. */
  readonly batchSize?: number;
}

/** An array or typed array for `predict` to write to, with one entry per output node. */
export type Output = number[] | FloatArray;

/**
 * A network prepared for predictions. It owns a copy of the parameters, so later changes to the network do not affect
 * it.
 */
export interface Predictor {
  /** The name of the engine that runs the network. */
  readonly engine: string;
  /**
   * Returns the outputs for one sample, in the units of the data, as a new array.
   *
   * @throws NnbpError `WRONG_TYPE`, `WRONG_LENGTH`, `NOT_FINITE`, `DISPOSED`; `OVERFLOW`, naming the first node whose
   * value overflows
   */
  predict(input: Row): number[];
  /**
   * Writes the outputs for one sample to `into`, without allocating memory.
   *
   * @param into - An array with one entry per output. Also the return value.
   * @throws NnbpError the same errors as the other signature
   */
  predict<Into extends Output>(input: Row, into: Into): Into;
  /**
   * Returns the outputs for many samples, as one new array per sample.
   *
   * @param inputs - One row per sample, or all rows concatenated in one typed array.
   * @throws NnbpError `EMPTY_DATA`, and the errors thrown by `predict`
   */
  predictBatch(inputs: ArrayLike<Row> | FloatArray): number[][];
  /**
   * Writes the outputs for many samples to `into`.
   *
   * @param inputs - One row per sample, or all rows concatenated in one typed array.
   * @param into - `[samples × outputs]`, row-major. Also the return value.
   * @throws NnbpError `EMPTY_DATA`, and the errors thrown by `predict`
   */
  predictBatch<Into extends FloatArray>(inputs: ArrayLike<Row> | FloatArray, into: Into): Into;
  /** Frees the memory that the engine holds for this predictor. */
  dispose(): void;
}

/**
 * Prepares a network for repeated predictions on an engine.
 *
 * @throws NnbpError `OUT_OF_RANGE`, `WRONG_TYPE`; `UNSUPPORTED` if the engine does not support the graph; `NOT_FINITE`
 * if a parameter is not finite in the precision of the engine
 *
 * @example
 * ```ts
 * import { tanh } from '@nnbp/activations';
 * import { compile, mlp, Network } from '@nnbp/core';
 * import { auto } from '@nnbp/wasm';
 *
 * const network = new Network(mlp([2, 8, 1], { activation: tanh }), { seed: 1 });
 * const predictor = await compile(network, { engine: await auto() });
 * predictor.predict([0.5, 1]).length; // 1
 * predictor.dispose();
 * ```
 */
// oxlint-disable-next-line typescript/require-await -- async, so that a later version can compile asynchronously
export async function compile(network: Network, options: CompileOptions = {}): Promise<Predictor> {
  const { engine = js(), batchSize = 128 } = options;
  expectEngine(engine);
  expectInteger('batchSize', batchSize, 1);
  return new CompiledNetwork(network, engine, batchSize);
}

class CompiledNetwork implements Predictor {
  readonly engine: string;
  readonly #ids: readonly string[];
  readonly #inputCount: number;
  readonly #outputCount: number;
  readonly #inputScaler: Standardization | undefined;
  readonly #outputScaler: Standardization | undefined;
  readonly #outputTransform: OutputTransform;
  readonly #batchSize: number;
  readonly #prepare: (batchSize: number) => Executor;
  readonly #singleExecutor: Executor;
  /** Created by the first `predictBatch`. */
  #batchExecutor: Executor | undefined;
  /** An input row in the precision of the engine, so that the engine does not have to convert it. */
  readonly #row: FloatArray;
  #rows: FloatArray | undefined;

  constructor(
    { graph, parameters, inputScaler, outputScaler, outputTransform }: Network,
    engine: Engine,
    batchSize: number,
  ) {
    expectFinite('parameters', parameters.vector);
    this.#prepare = (samples) => {
      const executor = engine.prepare(graph, samples);
      executor.parameters.set(this.#singleExecutor?.parameters ?? parameters.vector);
      return executor;
    };
    this.engine = engine.name;
    this.#ids = graph.ids;
    this.#inputCount = graph.inputCount;
    this.#outputCount = graph.outputs.length;
    this.#inputScaler = inputScaler;
    this.#outputScaler = outputScaler;
    this.#outputTransform = outputTransform;
    this.#batchSize = batchSize;
    this.#singleExecutor = this.#prepare(1);
    this.#row = this.#makeRows(1);
    expectFinite(`parameters, in the precision of the ${engine.name} engine`, this.#singleExecutor.parameters);
  }

  predict<Into extends Output>(input: Row, into?: Into): Into {
    const output = into ?? (new Array<number>(this.#outputCount) as Into);
    if (output.length !== this.#outputCount) expectLength('into', output.length, this.#outputCount);
    this.#writeInput(input, 0, this.#row, 0);
    const x = this.#singleExecutor.predict(this.#row, 1);
    this.#writePrediction(this.#singleExecutor, x, 0, output, 0, 0);
    return output;
  }

  predictBatch<Into extends FloatArray>(inputs: ArrayLike<Row> | FloatArray, into?: Into): Into | number[][] {
    expectArray('inputs', inputs);
    const flat = ArrayBuffer.isView(inputs) ? inputs : undefined;
    const samples = flat === undefined ? inputs.length : flat.length / this.#inputCount;
    if (samples === 0) throw new NnbpError('EMPTY_DATA', 'inputs is empty. Pass at least one sample.');
    if (!Number.isInteger(samples)) {
      throw mismatch('WRONG_LENGTH', 'inputs', `a multiple of ${this.#inputCount}`, flat!.length);
    }
    if (into !== undefined) expectLength('into', into.length, samples * this.#outputCount);
    const executor = (this.#batchExecutor ??= this.#prepare(this.#batchSize));
    const outputs: number[][] = [];
    for (let first = 0; first < samples; first += this.#batchSize) {
      const count = Math.min(this.#batchSize, samples - first);
      const rows =
        flat === undefined ? this.#gather(inputs as ArrayLike<Row>, first, count) : this.#part(flat, first, count);
      const x = executor.predict(rows, count);
      for (let s = 0; s < count; s++) {
        if (into !== undefined) this.#writePrediction(executor, x, s, into, (first + s) * this.#outputCount, first + s);
        else {
          const output = new Array<number>(this.#outputCount);
          this.#writePrediction(executor, x, s, output, 0, first + s);
          outputs.push(output);
        }
      }
    }
    return into ?? outputs;
  }

  dispose(): void {
    this.#singleExecutor.dispose();
    this.#batchExecutor?.dispose();
  }

  /**
   * Validates and scales an input and writes it to row s of `rows`. `sample` is the index of the input among all
   * samples.
   */
  #writeInput(input: Row, s: number, rows: FloatArray, sample: number): void {
    const width = this.#inputCount;
    const scaler = this.#inputScaler;
    if (typeof input !== 'object' || input === null) expectArray(`input of sample ${sample}`, input);
    const isFinite = copyFinite(input, width, rows, s * width);
    if (scaler !== undefined) for (let k = 0; k < width; k++) rows[s * width + k] = scaler.apply(input[k], k);
    if (isFinite && input.length === width) return;
    expectArray(`input of sample ${sample}`, input);
    expectLength(`input of sample ${sample}`, input.length, width);
    expectFinite(`input of sample ${sample}`, input);
  }

  #makeRows(count: number): FloatArray {
    const length = count * this.#inputCount;
    return this.#singleExecutor.parameters instanceof Float32Array
      ? new Float32Array(length)
      : new Float64Array(length);
  }

  #gather(inputs: ArrayLike<Row>, first: number, count: number): FloatArray {
    const rows = (this.#rows ??= this.#makeRows(this.#batchSize));
    for (let s = 0; s < count; s++) this.#writeInput(inputs[first + s], s, rows, first + s);
    return rows;
  }

  /** Returns `count` rows of a flat array, without copying them if they need no scaling. */
  #part(flat: FloatArray, first: number, count: number): FloatArray {
    const width = this.#inputCount;
    const part = flat.subarray(first * width, (first + count) * width);
    if (this.#inputScaler === undefined && allFinite(part)) return part;
    const row = (s: number) => part.subarray(s * width, (s + 1) * width);
    const rows = (this.#rows ??= this.#makeRows(this.#batchSize));
    for (let s = 0; s < count; s++) this.#writeInput(row(s), s, rows, first + s);
    return rows;
  }

  /**
   * Converts row s of the outputs x to a prediction and writes it to `output`, starting at index `at`. Throws if a
   * number of the prediction is not finite. `sample` is the index of the row among all samples.
   */
  #writePrediction(executor: Executor, x: FloatArray, s: number, output: Output, at: number, sample: number): void {
    const scaler = this.#outputScaler;
    const width = this.#outputCount;
    let zeroIfFinite = 0;
    for (let k = 0; k < width; k++) {
      const value = x[s * width + k];
      const scaled = scaler === undefined ? value : scaler.undo(value, k);
      output[at + k] = scaled;
      zeroIfFinite += 0 * scaled;
    }
    if (zeroIfFinite === 0) {
      applyOutputTransform(this.#outputTransform, output, at, width);
      return;
    }
    for (const id of this.#ids) {
      const value = executor.cache.x(id, s);
      if (!Number.isFinite(value)) throw overflow(`Sample ${sample}: x of node "${id}" is ${value}`);
    }
    throw overflow(`Sample ${sample}: an output is not finite in the units of the data`);
  }
}

/** Copies the first `width` entries of a row. Returns false if any of them is not a finite number. */
function copyFinite(row: Row, width: number, to: FloatArray, at: number): boolean {
  // 0 · value is 0 if the value is finite, otherwise NaN. There are four sums of these products, so that no addition has
  // to wait for the previous one.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let k = 0;
  for (; k + 3 < width; k += 4, at += 4) {
    const v0 = row[k];
    const v1 = row[k + 1];
    const v2 = row[k + 2];
    const v3 = row[k + 3];
    // 0 * null is 0, so the sums would not detect null.
    if (typeof v0 !== 'number' || typeof v1 !== 'number' || typeof v2 !== 'number' || typeof v3 !== 'number')
      return false;
    a += 0 * v0;
    b += 0 * v1;
    c += 0 * v2;
    d += 0 * v3;
    to[at] = v0;
    to[at + 1] = v1;
    to[at + 2] = v2;
    to[at + 3] = v3;
  }
  for (; k < width; k++, at++) {
    const value = row[k];
    if (typeof value !== 'number') return false;
    a += 0 * value;
    to[at] = value;
  }
  return a + b + c + d === 0;
}
