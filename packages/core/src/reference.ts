/**
 * The reference engine: the method as it is written, in float64, in an order that does not change. Think of it as the
 * answer book: slower than others, and what every other engine is held to.
 */
import { ReferenceCache, type SampleCache } from './cache.js';
import { outputValues } from './cases/output.js';
import { parameterGradients } from './cases/parameters.js';
import { valueFromSuccessors } from './cases/successors.js';
import type { Engine, Executor, FloatArray, Loss, Optimizer } from './contract.js';
import { allFinite, expectLength, expectInteger, NnbpError } from './errors.js';
import { forward, slope } from './forward.js';
import type { Graph } from './graph.js';

/** The reference engine. */
export const reference = (): Engine => ({
  name: 'reference',
  prepare: (graph, batchSize) => new ReferenceExecutor(graph, batchSize),
});

/** Runs a graph by the three cases; see `Executor`. */
export class ReferenceExecutor implements Executor {
  readonly parameters: Float64Array;
  readonly gradients: Float64Array;
  /** All that the last pass computed. */
  readonly cache: ReferenceCache;
  readonly #previous: Float64Array;
  readonly #outputs: Float64Array;
  /** One sample's outputs, targets and case 1. */
  readonly #x: Float64Array;
  readonly #t: Float64Array;
  readonly #dLossDx: Float64Array;
  #disposed = false;

  /** @throws NnbpError `OUT_OF_RANGE` */
  constructor(
    /** What it runs. */
    readonly graph: Graph,
    /** The most samples a call may have. */
    readonly batchSize: number,
  ) {
    expectInteger('batchSize', batchSize, 1);
    this.parameters = new Float64Array(graph.parameterCount);
    this.gradients = new Float64Array(graph.parameterCount);
    this.#previous = new Float64Array(graph.parameterCount);
    this.cache = new ReferenceCache(graph, batchSize);
    const outputCount = graph.outputs.length;
    this.#outputs = new Float64Array(batchSize * outputCount);
    this.#x = new Float64Array(outputCount);
    this.#t = new Float64Array(outputCount);
    this.#dLossDx = new Float64Array(outputCount);
  }

  /** {@inheritDoc Executor.predict} */
  predict(inputs: FloatArray, samples: number): FloatArray {
    this.#expectReady(samples, inputs);
    const { graph } = this;
    for (let s = 0; s < samples; s++) {
      const sample = this.cache.samples[s];
      this.forward(sample, inputs, s);
      for (let k = 0; k < graph.outputs.length; k++) {
        this.#outputs[s * graph.outputs.length + k] = sample.x[graph.outputs[k]];
      }
    }
    return this.#outputs.subarray(0, samples * graph.outputs.length);
  }

  /** {@inheritDoc Executor.backpropagate} */
  backpropagate(inputs: FloatArray, targets: FloatArray, samples: number, loss: Loss): number {
    this.#expectReady(samples, inputs, targets);
    const { gradients } = this;
    gradients.fill(0);
    let sum = 0;
    for (let s = 0; s < samples; s++) {
      const sample = this.cache.samples[s];
      this.forward(sample, inputs, s);
      sum += this.#loss(sample, targets, s, loss);
      this.backward(sample, this.#dLossDx);
    }
    for (let p = 0; p < gradients.length; p++) gradients[p] /= samples;
    return sum / samples;
  }

  /** {@inheritDoc Executor.step} */
  step(inputs: FloatArray, targets: FloatArray, samples: number, loss: Loss, optimizer: Optimizer): number {
    const mean = this.backpropagate(inputs, targets, samples, loss);
    if (!Number.isFinite(mean)) return mean;
    if (!allFinite(this.gradients)) return NaN;
    this.#previous.set(this.parameters);
    optimizer.step(this.parameters, this.gradients);
    if (allFinite(this.parameters)) return mean;
    this.parameters.set(this.#previous);
    return NaN;
  }

  /** {@inheritDoc Executor.dispose} */
  dispose(): void {
    this.#disposed = true;
  }

  /** From the inputs of sample `s` to the outputs. Another engine may do the same in its own way. */
  protected forward(sample: SampleCache, inputs: FloatArray, s: number): void {
    const { graph, parameters } = this;
    for (let i = 0; i < graph.inputCount; i++) sample.x[i] = inputs[s * graph.inputCount + i];
    for (let i = graph.inputCount; i < graph.nodeCount; i++) forward(graph, parameters, sample, i);
  }

  /** The sample's loss; leaves case 1 in `#dLossDx`. */
  #loss(sample: SampleCache, targets: FloatArray, s: number, loss: Loss): number {
    const { outputs } = this.graph;
    for (let k = 0; k < outputs.length; k++) {
      this.#x[k] = sample.x[outputs[k]];
      this.#t[k] = targets[s * outputs.length + k];
    }
    outputValues(loss, this.#x, this.#t, this.#dLossDx);
    return loss.value(this.#x, this.#t);
  }

  /** From the last node back to the inputs: each node's dloss/dx, then, where it has parameters, their gradients. */
  protected backward(sample: SampleCache, caseOne: Float64Array): void {
    const { graph, parameters, gradients } = this;
    for (let i = graph.nodeCount - 1; i >= 0; i--) {
      const fromSuccessors = valueFromSuccessors(graph, parameters, sample, i);
      const output = graph.outputPosition[i];
      sample.dLossDx[i] = output < 0 ? fromSuccessors : caseOne[output] + fromSuccessors;
      if (i < graph.inputCount) continue;
      slope(graph, parameters, sample, i);
      parameterGradients(graph, sample, i, gradients);
    }
  }

  #expectReady(samples: number, inputs: FloatArray, targets?: FloatArray): void {
    if (this.#disposed) throw new NnbpError('DISPOSED', 'This executor was disposed of: prepare a new one.');
    expectInteger('samples', samples, 1, this.batchSize);
    expectRows('inputs', inputs, samples * this.graph.inputCount);
    if (targets) expectRows('targets', targets, samples * this.graph.outputs.length);
  }
}

/** More may be there than is used: the last batch of many is often a short one. */
function expectRows(what: string, rows: FloatArray, least: number): void {
  if (rows.length < least) expectLength(what, rows.length, least);
}
