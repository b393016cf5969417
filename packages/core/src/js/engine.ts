/** The js engine: float64, typed arrays, no WebAssembly and no generated code. */
import type { Engine, Executor, FloatArray, Loss, Optimizer, PassOptions } from '../contract.js';
import { allFinite, expectLength, expectInteger, NnbpError } from '../errors.js';
import { expectFeatures, unsupportedFeatures } from '../features.js';
import type { Graph } from '../graph.js';
import { backward, type Tables } from './backward.js';
import { type CacheRows, TableCache } from './cache.js';
import { forward } from './forward.js';
import { backwardOne, forwardOne } from './one-sample.js';
import { type Program, programOf } from './program.js';

/**
 * The default engine of `fit`, `evaluate` and `network.predict`: float64, runs wherever JavaScript runs, and compiles
 * nothing. Same results as the reference engine up to the order of some sums, and the same bits on every run.
 */
export const js = (): Engine => ({
  name: 'js',
  supports: (graph) => unsupportedFeatures(graph),
  prepare(graph, batchSize, steps = 1) {
    expectFeatures('The js engine', graph);
    if (steps !== 1) throw new NnbpError('UNSUPPORTED', 'The js engine does not support sequences: expected 1 step.');
    return new JsExecutor(graph, batchSize);
  },
});

/** Runs a graph with the loops of the js engine; see `Executor`. */
class JsExecutor implements Executor {
  readonly steps = 1;
  readonly parameters: Float64Array;
  readonly gradients: Float64Array;
  readonly cache: TableCache;
  readonly #program: Program;
  readonly #tables: Tables;
  readonly #rows: CacheRows;
  readonly #outputs: Float64Array;
  /** The outputs of the last prediction. */
  #view: Float64Array;
  readonly #previous: Float64Array;
  /** One sample's outputs, targets and case 1. */
  readonly #x: Float64Array;
  readonly #t: Float64Array;
  readonly #dLossDx: Float64Array;
  #disposed = false;

  constructor(
    readonly graph: Graph,
    readonly batchSize: number,
  ) {
    expectInteger('batchSize', batchSize, 1);
    const program = programOf(graph);
    const vector = () => new Float64Array(graph.parameterCount);
    const table = () => new Float64Array(program.rowCount * batchSize);
    const row = () => new Float64Array(graph.outputs.length);
    this.#program = program;
    this.parameters = vector();
    this.gradients = vector();
    this.#previous = vector();
    this.#tables = { h: table(), g: table(), x: table(), slope: table(), dLossDx: table(), delta: table() };
    this.#rows = { rowOf: program.rowOf, stride: batchSize, samples: batchSize, withoutInputs: false };
    this.cache = new TableCache(graph, this.#tables, this.#rows);
    this.#outputs = new Float64Array(batchSize * graph.outputs.length);
    this.#view = this.#outputs;
    this.#x = row();
    this.#t = row();
    this.#dLossDx = row();
  }

  predict(inputs: FloatArray, samples: number, options?: PassOptions): FloatArray {
    expectNoOptions(options);
    this.#begin(samples, inputs);
    const { outputRows } = this.#program;
    const { x } = this.#tables;
    if (samples === 1) forwardOne(this.#program, this.parameters, this.#tables);
    else forward(this.#program, this.parameters, this.#tables, samples);
    const width = outputRows.length;
    for (let k = 0; k < width; k++) {
      for (let s = 0, from = outputRows[k] * samples; s < samples; s++) this.#outputs[s * width + k] = x[from + s];
    }
    if (this.#view.length !== samples * width) this.#view = this.#outputs.subarray(0, samples * width);
    return this.#view;
  }

  backpropagate(inputs: FloatArray, targets: FloatArray, samples: number, loss: Loss, options?: PassOptions): number {
    expectNoOptions(options);
    this.#begin(samples, inputs, targets);
    return this.#backpropagate(targets, samples, loss, false);
  }

  step(
    inputs: FloatArray,
    targets: FloatArray,
    samples: number,
    loss: Loss,
    optimizer: Optimizer,
    options?: PassOptions,
  ): number {
    expectNoOptions(options);
    this.#begin(samples, inputs, targets);
    const mean = this.#backpropagate(targets, samples, loss, true);
    if (!Number.isFinite(mean)) return mean;
    if (!allFinite(this.gradients)) return NaN;
    this.#previous.set(this.parameters);
    optimizer.step(this.parameters, this.gradients);
    if (allFinite(this.parameters)) return mean;
    this.parameters.set(this.#previous);
    return NaN;
  }

  dispose(): void {
    this.#disposed = true;
  }

  #backpropagate(targets: FloatArray, samples: number, loss: Loss, withoutInputs: boolean): number {
    const { parameters, gradients } = this;
    const program = this.#program;
    const tables = this.#tables;
    const fromRow = withoutInputs ? program.inputCount : 0;
    this.#rows.withoutInputs = withoutInputs;
    if (samples === 1) {
      forwardOne(program, parameters, tables);
      const mean = this.#lossOf(targets, 1, loss);
      backwardOne(program, parameters, gradients, tables, fromRow);
      return mean;
    }
    forward(program, parameters, tables, samples);
    const mean = this.#lossOf(targets, samples, loss);
    backward(program, parameters, gradients, tables, samples, fromRow);
    return mean;
  }

  /** The mean loss; leaves case 1 in the outputs' rows of dLossDx, and 0 in all others. */
  #lossOf(targets: FloatArray, samples: number, loss: Loss): number {
    const { outputRows, rowCount } = this.#program;
    const { x, dLossDx } = this.#tables;
    const outputs = this.#x;
    const t = this.#t;
    const caseOne = this.#dLossDx;
    const width = outputRows.length;
    dLossDx.fill(0, 0, rowCount * samples);
    let sum = 0;
    for (let s = 0; s < samples; s++) {
      for (let k = 0; k < width; k++) {
        outputs[k] = x[outputRows[k] * samples + s];
        t[k] = targets[s * width + k];
      }
      loss.derivative(outputs, t, caseOne);
      sum += loss.value(outputs, t);
      for (let k = 0; k < width; k++) dLossDx[outputRows[k] * samples + s] = caseOne[k];
    }
    return sum / samples;
  }

  /** Checks the arguments and copies the inputs into their rows. */
  #begin(samples: number, inputs: FloatArray, targets?: FloatArray): void {
    if (this.#disposed) throw new NnbpError('DISPOSED', 'This executor was disposed of: prepare a new one.');
    expectInteger('samples', samples, 1, this.batchSize);
    const { inputCount } = this.#program;
    const width = this.#program.outputRows.length;
    // More may be there than is used: the last batch of many is often a short one.
    if (inputs.length < samples * inputCount) expectLength('inputs', inputs.length, samples * inputCount);
    if (targets !== undefined && targets.length < samples * width) {
      expectLength('targets', targets.length, samples * width);
    }
    this.#rows.stride = samples;
    this.#rows.samples = samples;
    const { x } = this.#tables;
    if (samples === 1) {
      for (let k = 0; k < inputCount; k++) x[k] = inputs[k];
      return;
    }
    for (let k = 0; k < inputCount; k++) {
      for (let s = 0, to = k * samples; s < samples; s++) x[to + s] = inputs[s * inputCount + k];
    }
  }
}

/** @throws NnbpError `UNSUPPORTED` */
function expectNoOptions(options: PassOptions | undefined): void {
  if (options?.weights !== undefined || options?.state !== undefined) {
    throw new NnbpError('UNSUPPORTED', 'The js engine does not support weights and states.');
  }
}
