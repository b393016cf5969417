/**
 * The reference engine: computes cases 1 to 3 of backpropagation directly from their formulas, in float64 and in a fixed
 * order. The other engines are faster; their tests compare the results with those of this engine.
 */
import { ReferenceCache, type SequenceCache, valueAt } from './cache.js';
import { outputDerivatives } from './cases/output.js';
import { parameterGradients } from './cases/parameters.js';
import { derivativeFromSuccessors } from './cases/successors.js';
import type { FloatArray, Loss, Optimizer } from './contract.js';
import type { Engine, Executor, PassOptions, SampleCounts } from './engine.js';
import { expectJacobianLength, expectRows, lengthOf, type Rows, totalWeight } from './counts.js';
import { NnbpError } from './errors.js';
import { allFinite, expectInteger } from './expect.js';
import { forward, slope } from './forward.js';
import { successorsOf } from './successors.js';
import type { Graph } from './graph.js';

/** The reference engine. It supports every graph. */
export const reference = (): Engine => ({
  name: 'reference',
  supports: () => [],
  prepare: (graph, batchSize, steps) => new ReferenceExecutor(graph, batchSize, steps),
});

/** The executor of the reference engine; see `Executor`. */
export class ReferenceExecutor implements Executor {
  readonly parameters: Float64Array;
  readonly gradients: Float64Array;
  /** The values of the last pass. */
  readonly cache: ReferenceCache;
  /** The parameters followed by the graph's constants; see `Graph`. */
  readonly #slots: Float64Array;
  /** The gradients, in the layout of `#slots`. */
  readonly #slotGradients: Float64Array;
  /** The parameters before the optimizer's step. */
  readonly #previous: Float64Array;
  readonly #outputs: Float64Array;
  /** Scratch arrays for one row: the outputs, the targets, and dloss/dx of the outputs by case 1. */
  readonly #x: Float64Array;
  readonly #t: Float64Array;
  readonly #dLossDx: Float64Array;
  #disposed = false;

  /** @throws NnbpError `OUT_OF_RANGE` */
  constructor(
    /** The graph that the executor runs. */
    readonly graph: Graph,
    /** The largest number of samples per call. */
    readonly batchSize: number,
    /** The largest number of steps per call. */
    readonly steps = 1,
  ) {
    expectInteger('batchSize', batchSize, 1);
    expectInteger('steps', steps, 1);
    this.#slots = graph.slots(new Float64Array(graph.parameterCount));
    this.#slotGradients = new Float64Array(this.#slots.length);
    this.parameters = this.#slots.subarray(0, graph.parameterCount);
    this.gradients = this.#slotGradients.subarray(0, graph.parameterCount);
    this.#previous = new Float64Array(graph.parameterCount);
    this.cache = new ReferenceCache(graph, batchSize, steps);
    const outputCount = graph.outputs.length;
    this.#outputs = new Float64Array(batchSize * steps * outputCount);
    this.#x = new Float64Array(outputCount);
    this.#t = new Float64Array(outputCount);
    this.#dLossDx = new Float64Array(outputCount);
  }

  /** {@inheritDoc Executor.predict} */
  predict(inputs: FloatArray, samples: SampleCounts, options: Pick<PassOptions, 'state'> = {}): FloatArray {
    const rows = this.#prepare(samples, inputs, undefined, options);
    for (let s = 0; s < rows.samples; s++) {
      const sequence = this.#begin(rows, s, options.state);
      this.#predict(sequence, rows, s, inputs);
      this.#end(sequence, s, options.state);
    }
    return this.#outputs.subarray(0, rows.count * this.graph.outputs.length);
  }

  /** {@inheritDoc Executor.jacobian} */
  jacobian(
    inputs: FloatArray,
    samples: SampleCounts,
    out: FloatArray,
    options: Pick<PassOptions, 'state'> = {},
  ): FloatArray {
    const rows = this.#prepare(samples, inputs, undefined, options);
    const { graph } = this;
    const outputCount = graph.outputs.length;
    expectJacobianLength(graph, rows, out);
    for (let s = 0; s < rows.samples; s++) {
      const sequence = this.#begin(rows, s, options.state);
      const { length } = sequence;
      this.#predict(sequence, rows, s, inputs);
      for (let step = 0; step < length; step++) {
        // The outputs of this step do not depend on later steps.
        sequence.length = step + 1;
        for (let k = 0; k < outputCount; k++) {
          this.#slotGradients.fill(0);
          for (let t = step; t >= 0; t--) {
            this.#dLossDx.fill(0);
            if (t === step) this.#dLossDx[k] = 1;
            this.backward(sequence, t, this.#dLossDx);
          }
          out.set(this.gradients, ((rows.start[step] + s) * outputCount + k) * graph.parameterCount);
        }
      }
      sequence.length = length;
      this.#end(sequence, s, options.state);
    }
    return this.#outputs.subarray(0, rows.count * outputCount);
  }

  /** {@inheritDoc Executor.backpropagate} */
  backpropagate(
    inputs: FloatArray,
    targets: FloatArray,
    samples: SampleCounts,
    loss: Loss,
    options: PassOptions = {},
  ): number {
    const rows = this.#prepare(samples, inputs, targets, options);
    const { weights, state } = options;
    const total = totalWeight(weights, rows.count);
    this.#slotGradients.fill(0);
    let sum = 0;
    for (let s = 0; s < rows.samples; s++) {
      const sequence = this.#begin(rows, s, state);
      for (let t = 0; t < sequence.length; t++) {
        const row = rows.start[t] + s;
        this.forward(sequence, t, inputs, row);
        sum += this.#loss(sequence, t, targets, row, loss, weights?.[row]);
      }
      for (let t = sequence.length - 1; t >= 0; t--) {
        const row = rows.start[t] + s;
        this.#caseOne(sequence, t, targets, row, loss, weights?.[row]);
        this.backward(sequence, t, this.#dLossDx);
      }
      this.#end(sequence, s, state);
    }
    for (let p = 0; p < this.gradients.length; p++) this.gradients[p] /= total;
    return sum / total;
  }

  /** {@inheritDoc Executor.step} */
  step(
    inputs: FloatArray,
    targets: FloatArray,
    samples: SampleCounts,
    loss: Loss,
    optimizer: Optimizer,
    options: PassOptions = {},
  ): number {
    const mean = this.backpropagate(inputs, targets, samples, loss, options);
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

  /** Runs the forward pass over all steps of sample s, and writes the outputs. */
  #predict(sequence: SequenceCache, rows: Rows, s: number, inputs: FloatArray): void {
    const { outputs } = this.graph;
    for (let t = 0; t < sequence.length; t++) {
      const row = rows.start[t] + s;
      this.forward(sequence, t, inputs, row);
      for (let k = 0; k < outputs.length; k++) {
        this.#outputs[row * outputs.length + k] = sequence.steps[t].x[outputs[k]];
      }
    }
  }

  /** Prepares the cache of sample s: sets the length of its sequence and the state before its first step. */
  #begin(rows: Rows, s: number, state: FloatArray | undefined): SequenceCache {
    const { stateSize } = this.graph;
    const sequence = this.cache.sequences[s];
    sequence.length = lengthOf(rows, s);
    if (stateSize > 0) {
      sequence.before.set(state?.subarray(s * stateSize, (s + 1) * stateSize) ?? this.graph.initialState());
    }
    return sequence;
  }

  /** Writes the state after the last step of sample s. */
  #end(sequence: SequenceCache, s: number, state: FloatArray | undefined): void {
    const { stateStart, stateSize, nodeCount } = this.graph;
    if (state === undefined || stateStart === undefined) return;
    for (let j = 0; j < nodeCount; j++) {
      for (let k = 0; k < stateStart[j + 1] - stateStart[j]; k++) {
        state[s * stateSize + stateStart[j] + k] = valueAt(this.graph, sequence, sequence.length - 1 - k, j);
      }
    }
  }

  /** Runs the forward pass of step t on the inputs in `row`. Subclasses can override it. */
  protected forward(sequence: SequenceCache, t: number, inputs: FloatArray, row: number): void {
    const { inputCount, nodeCount } = this.graph;
    for (let i = 0; i < inputCount; i++) sequence.steps[t].x[i] = inputs[row * inputCount + i];
    for (let i = inputCount; i < nodeCount; i++) forward(this.graph, this.#slots, sequence, t, i);
  }

  /** Copies the outputs of step t and their targets into `#x` and `#t`. */
  #gather({ steps }: SequenceCache, t: number, targets: FloatArray, row: number): void {
    const { outputs } = this.graph;
    for (let k = 0; k < outputs.length; k++) {
      this.#x[k] = steps[t].x[outputs[k]];
      this.#t[k] = targets[row * outputs.length + k];
    }
  }

  /** Returns the loss of step t, multiplied by `weight`. */
  #loss(sequence: SequenceCache, t: number, targets: FloatArray, row: number, loss: Loss, weight = 1): number {
    if (weight === 0) return 0;
    this.#gather(sequence, t, targets, row);
    return weight * loss.value(this.#x, this.#t);
  }

  /** Applies case 1 to step t: writes dloss/dx of the outputs, multiplied by `weight`, to `#dLossDx`. */
  #caseOne(sequence: SequenceCache, t: number, targets: FloatArray, row: number, loss: Loss, weight = 1): void {
    this.#dLossDx.fill(0);
    if (weight === 0) return;
    this.#gather(sequence, t, targets, row);
    outputDerivatives(loss, this.#x, this.#t, this.#dLossDx);
    for (let k = 0; k < this.#dLossDx.length; k++) this.#dLossDx[k] *= weight;
  }

  /**
   * Runs the backward pass of step t, from the last node to the inputs: dloss/dx of each node, then the gradients of
   * its parameters. Subclasses can override it.
   *
   * @param caseOne - dloss/dx of each output by case 1.
   */
  protected backward(sequence: SequenceCache, t: number, caseOne: Float64Array): void {
    const { graph } = this;
    const { dLossDx } = sequence.steps[t];
    const successors = successorsOf(graph);
    for (let i = graph.nodeCount - 1; i >= 0; i--) {
      const fromSuccessors = derivativeFromSuccessors(graph, this.#slots, sequence, t, i, successors);
      const output = graph.outputPosition[i];
      dLossDx[i] = output < 0 ? fromSuccessors : caseOne[output] + fromSuccessors;
      if (i < graph.inputCount) continue;
      slope(graph, this.#slots, sequence, t, i);
      parameterGradients(graph, sequence, t, i, this.#slotGradients);
    }
  }

  #prepare(samples: SampleCounts, inputs: FloatArray, targets?: FloatArray, options?: PassOptions): Rows {
    if (this.#disposed) throw new NnbpError('DISPOSED', 'This executor has been disposed. Prepare a new one.');
    const rows = expectRows(this, this.graph, samples, inputs, targets, options);
    for (let s = rows.samples; s < this.batchSize; s++) this.cache.sequences[s].length = 0;
    return rows;
  }
}
