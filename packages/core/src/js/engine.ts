/** The js engine: float64, typed arrays, no WebAssembly and no generated code. */
import { copyRows } from '../copy-rows.js';
import type { BuiltinOptimizer, FloatArray, Loss, Optimizer } from '../contract.js';
import type { Engine, Executor, PassOptions, SampleCounts, SampleTable } from '../engine.js';
import { expectJacobianLength, expectRows, lengthOf, type Rows, rowsOf, samplesAt, totalWeight } from '../counts.js';
import { NnbpError } from '../errors.js';
import { allFinite, expectInteger, expectLength } from '../expect.js';
import type { Graph } from '../graph.js';
import { RowCache } from '../row-cache.js';
import { backward, type Tables } from './backward.js';
import { forward } from './forward.js';
import { jacobianRows } from './jacobian.js';
import { backwardOne, forwardOne } from './one-sample.js';
import { type Program, programOf } from './program.js';

/**
 * The default engine of `compile`, and of `fit` and `evaluate` in `@nnbp/train`. It computes in float64, runs wherever
 * JavaScript runs, and generates no code. Results are bit-identical on every run, and differ from those of the
 * reference engine only by rounding, since some sums are in a different order.
 */
export const js = (): Engine => ({
  name: 'js',
  supports: () => [],
  prepare: (graph, batchSize, steps) => new JsExecutor(graph, batchSize, steps),
});

/** The maximum number of training steps that `stepMany` takes before it checks the parameters. */
const maxStepsPerCall = 64;
/** The maximum number of parameters for which `stepMany` saves time. */
const maxStepManyParameters = 2000;

/** The tables of one time step of a pass. A row has one entry per sample whose sequence has this time step. */
interface Step {
  readonly samples: number;
  readonly tables: Tables;
}

class JsExecutor implements Executor {
  readonly parameters: Float64Array;
  readonly gradients: Float64Array;
  readonly cache: RowCache;
  readonly #program: Program;
  /** The parameters followed by the graph's constants; see `Graph`. */
  readonly #slots: Float64Array;
  readonly #slotGradients: Float64Array;
  readonly #previous: Float64Array;
  readonly #tables: Tables;
  /** The time steps of the last pass. Reused as long as calls have the same sample counts. */
  readonly #steps: Step[] = [];
  #rows: Rows;
  readonly #outputs: Float64Array;
  /** The outputs of the last prediction. */
  #view: Float64Array;
  /** Scratch arrays for one sample at one time step: the outputs, the targets, and dloss/dx of the outputs (case 1). */
  readonly #x: Float64Array;
  readonly #t: Float64Array;
  readonly #dLossDx: Float64Array;
  /** The batch of one training step of `stepMany`. */
  #batch: { readonly inputs: Float64Array; readonly targets: Float64Array } | undefined;
  #disposed = false;

  constructor(
    readonly graph: Graph,
    readonly batchSize: number,
    readonly steps = 1,
  ) {
    expectInteger('batchSize', batchSize, 1);
    expectInteger('steps', steps, 1);
    const program = programOf(graph);
    const table = () => new Float64Array(program.rowCount * batchSize * steps);
    const row = () => new Float64Array(graph.outputs.length);
    this.#program = program;
    this.#slots = graph.slots(new Float64Array(graph.parameterCount));
    this.#slotGradients = new Float64Array(this.#slots.length);
    this.parameters = this.#slots.subarray(0, graph.parameterCount);
    this.gradients = this.#slotGradients.subarray(0, graph.parameterCount);
    this.#previous = new Float64Array(graph.parameterCount);
    const a = program.hasAggregations ? table() : new Float64Array(0);
    this.#tables = { h: table(), g: table(), x: table(), a, slope: table(), dLossDx: table(), delta: table() };
    this.#rows = rowsOf(batchSize);
    this.#steps.push({ samples: batchSize, tables: this.#tables });
    this.cache = new RowCache(graph, {
      steps: () => this.#steps.length,
      row: (quantity, i, step) => {
        const { samples, tables } = this.#steps[step];
        return tables[quantity].subarray(program.rowOf[i] * samples, (program.rowOf[i] + 1) * samples);
      },
    });
    this.#outputs = new Float64Array(batchSize * steps * graph.outputs.length);
    this.#view = this.#outputs;
    this.#x = row();
    this.#t = row();
    this.#dLossDx = row();
  }

  predict(inputs: FloatArray, samples: SampleCounts, options?: Pick<PassOptions, 'state'>): FloatArray {
    this.#begin(samples, inputs, undefined, options);
    return this.#predict(inputs, options?.state);
  }

  jacobian(
    inputs: FloatArray,
    samples: SampleCounts,
    out: FloatArray,
    options?: Pick<PassOptions, 'state'>,
  ): FloatArray {
    this.#begin(samples, inputs, undefined, options);
    const rows = this.#rows;
    const { parameterCount } = this.graph;
    const { outputRows } = this.#program;
    expectJacobianLength(this.graph, rows, out);
    const outputs = this.#predict(inputs, options?.state);
    out.fill(0, 0, outputs.length * parameterCount);
    for (let step = 0; step < this.#steps.length; step++) {
      const { samples: count } = this.#steps[step];
      for (let k = 0; k < outputRows.length; k++) {
        for (let t = step; t >= 0; t--) {
          const { samples: length, tables } = this.#steps[t];
          // Case 1 applies only at the output's time step. `#addDelayedDerivatives` fills dLossDx of earlier steps.
          if (t === step) {
            for (let u = 0; u <= t; u++) this.#steps[u].tables.dLossDx.fill(0);
            tables.dLossDx.fill(1, outputRows[k] * length, outputRows[k] * length + count);
          }
          const first = (rows.start[step] * outputRows.length + k) * parameterCount;
          const layout = { first, stride: outputRows.length * parameterCount, count, length, parameterCount };
          jacobianRows(this.#program, this.#slots, tables, layout, out);
          if (this.#program.memories.length > 0) this.#addDelayedDerivatives(t);
        }
      }
    }
    return outputs;
  }

  #predict(inputs: FloatArray, state: FloatArray | undefined): FloatArray {
    const { outputRows } = this.#program;
    const width = outputRows.length;
    for (let t = 0, row = 0; t < this.#steps.length; t++) {
      this.#forward(t, row, inputs, state);
      const {
        samples: count,
        tables: { x },
      } = this.#steps[t];
      for (let k = 0; k < width; k++) {
        const from = outputRows[k] * count;
        for (let s = 0; s < count; s++) this.#outputs[(row + s) * width + k] = x[from + s];
      }
      row += count;
    }
    if (state !== undefined) this.#writeState(state);
    const length = this.#rows.count * width;
    if (this.#view.length !== length) this.#view = this.#outputs.subarray(0, length);
    return this.#view;
  }

  backpropagate(
    inputs: FloatArray,
    targets: FloatArray,
    samples: SampleCounts,
    loss: Loss,
    options?: PassOptions,
  ): number {
    this.#begin(samples, inputs, targets, options);
    return this.#backpropagate(inputs, targets, loss, options, false);
  }

  step(
    inputs: FloatArray,
    targets: FloatArray,
    samples: SampleCounts,
    loss: Loss,
    optimizer: Optimizer,
    options?: PassOptions,
  ): number {
    this.#begin(samples, inputs, targets, options);
    const mean = this.#backpropagate(inputs, targets, loss, options, true);
    if (!Number.isFinite(mean)) return mean;
    if (!allFinite(this.gradients)) return NaN;
    this.#previous.set(this.parameters);
    optimizer.step(this.parameters, this.gradients);
    if (allFinite(this.parameters)) return mean;
    this.parameters.set(this.#previous);
    return NaN;
  }

  stepMany(
    { inputs, targets }: SampleTable,
    order: Uint32Array,
    first: number,
    loss: Loss,
    optimizer: Optimizer,
    losses: Float64Array,
    count: number,
  ): number {
    const size = this.batchSize;
    const { inputCount, outputRows } = this.#program;
    const stepLimit = Math.min(count, maxStepsPerCall, Math.floor((order.length - first) / size));
    if (stepLimit < 2 || optimizer.builtin === undefined || this.graph.parameterCount > maxStepManyParameters) return 0;
    this.#batch ??= {
      inputs: new Float64Array(size * inputCount),
      targets: new Float64Array(size * outputRows.length),
    };
    const batch = this.#batch;
    this.#begin(size, batch.inputs, batch.targets);
    const before = optimizer.state();
    this.#previous.set(this.parameters);
    const { isPlainDescent, transforms } = optimizer.builtin;
    const updatesInPass =
      size === 1 && isPlainDescent === true && transforms === undefined && !this.#program.hasSharedOrFixed;
    let taken = 0;
    for (; taken < stepLimit; taken++, first += size) {
      copyRows(inputs, batch.inputs, inputCount, order, first, size);
      copyRows(targets, batch.targets, outputRows.length, order, first, size);
      if (updatesInPass) {
        losses[taken] = this.#descend(batch.inputs, batch.targets, loss, optimizer.builtin);
        if (!Number.isFinite(losses[taken])) break;
      } else {
        losses[taken] = this.#backpropagate(batch.inputs, batch.targets, loss, undefined, true);
        if (!Number.isFinite(losses[taken]) || !allFinite(this.gradients)) break;
        optimizer.step(this.parameters, this.gradients);
      }
    }
    // One check after all steps is enough: no built-in optimizer makes a parameter finite again.
    if (allFinite(this.parameters)) return taken;
    optimizer.restore(before);
    this.parameters.set(this.#previous);
    return 0;
  }

  dispose(): void {
    this.#disposed = true;
  }

  /** Takes a training step on one sample. Updates the parameters during the backward pass and stores no gradients. */
  #descend(inputs: FloatArray, targets: FloatArray, loss: Loss, optimizer: BuiltinOptimizer): number {
    const slots = this.#slots;
    const tables = this.#tables;
    this.cache.withoutInputs = true;
    this.#forward(0, 0, inputs, undefined);
    const value = this.#lossOf(this.#steps[0], targets, 0, loss);
    if (!Number.isFinite(value)) return value;
    backwardOne(this.#program, slots, slots, -optimizer.learningRate(), tables, this.#program.inputCount);
    optimizer.advance();
    return value;
  }

  #backpropagate(
    inputs: FloatArray,
    targets: FloatArray,
    loss: Loss,
    options: PassOptions | undefined,
    withoutInputs: boolean,
  ): number {
    const program = this.#program;
    const steps = this.#steps;
    const { count } = this.#rows;
    const weights = options?.weights;
    const state = options?.state;
    const total = weights === undefined ? count : totalWeight(weights, count);
    let sum = 0;
    for (let t = 0, row = 0; t < steps.length; t++) {
      this.#forward(t, row, inputs, state);
      sum += this.#lossOf(steps[t], targets, row, loss, weights);
      row += steps[t].samples;
    }
    const fromRow = withoutInputs ? program.inputCount : 0;
    this.cache.withoutInputs = withoutInputs;
    this.#slotGradients.fill(0);
    for (let t = steps.length - 1; t >= 0; t--) {
      const { samples, tables } = steps[t];
      if (samples === 1) backwardOne(program, this.#slots, this.#slotGradients, 1, tables, fromRow);
      else backward(program, this.#slots, this.#slotGradients, tables, samples, fromRow);
      if (program.memories.length > 0) this.#addDelayedDerivatives(t);
    }
    if (total !== 1) for (let p = 0; p < this.gradients.length; p++) this.gradients[p] /= total;
    if (state !== undefined) this.#writeState(state);
    return sum / total;
  }

  /** Runs the forward pass of step t. `row` is the row of the step's first sample in `inputs`. */
  #forward(t: number, row: number, inputs: FloatArray, state: FloatArray | undefined): void {
    const { samples, tables } = this.#steps[t];
    const { x } = tables;
    const { inputCount, memories } = this.#program;
    if (samples === 1) for (let k = 0; k < inputCount; k++) x[k] = inputs[row * inputCount + k];
    else {
      for (let k = 0; k < inputCount; k++) {
        for (let s = 0, to = k * samples; s < samples; s++) x[to + s] = inputs[(row + s) * inputCount + k];
      }
    }
    if (memories.length > 0) this.#fillDelayedRows(t, state);
    if (samples === 1) forwardOne(this.#program, this.#slots, tables);
    else forward(this.#program, this.#slots, tables, samples);
  }

  /** Fills the rows of step t that hold values from earlier steps. */
  #fillDelayedRows(t: number, state: FloatArray | undefined): void {
    const { samples, tables } = this.#steps[t];
    const { stateSize } = this.graph;
    for (const { row, source, delay, state: at, initial } of this.#program.memories) {
      const earlier = t >= delay ? this.#steps[t - delay] : undefined;
      for (let s = 0; s < samples; s++) {
        tables.x[row * samples + s] = earlier
          ? earlier.tables.x[source * earlier.samples + s]
          : (state?.[s * stateSize + at + delay - t - 1] ?? initial);
      }
    }
  }

  /** Case 2 for delayed edges: adds derivatives from step t to dLossDx of earlier steps. */
  #addDelayedDerivatives(t: number): void {
    const { samples, tables } = this.#steps[t];
    for (const { row, source, delay } of this.#program.memories) {
      if (t < delay) continue;
      const earlier = this.#steps[t - delay];
      for (let s = 0; s < samples; s++) {
        earlier.tables.dLossDx[source * earlier.samples + s] += tables.dLossDx[row * samples + s];
      }
    }
  }

  /** Writes the state of each sample after its last step. */
  #writeState(state: FloatArray): void {
    const { stateSize, stateStart, nodeCount } = this.graph;
    const { rowOf } = this.#program;
    for (let s = 0; s < this.#rows.samples; s++) {
      const length = lengthOf(this.#rows, s);
      const before = state.slice(s * stateSize, (s + 1) * stateSize);
      for (let j = 0; stateStart !== undefined && j < nodeCount; j++) {
        for (let at = stateStart[j], t = length - 1; at < stateStart[j + 1]; at++, t--) {
          const step = t < 0 ? undefined : this.#steps[t];
          state[s * stateSize + at] = step ? step.tables.x[rowOf[j] * step.samples + s] : before[stateStart[j] - t - 1];
        }
      }
    }
  }

  /**
   * Returns the weighted sum of the losses of a time step. Writes the weighted dloss/dx of the outputs (case 1) to
   * dLossDx, and 0 for all other nodes. `row` is the row of the step's first sample in `targets`.
   */
  #lossOf({ samples, tables }: Step, targets: FloatArray, row: number, loss: Loss, weights?: FloatArray): number {
    const { outputRows, rowCount } = this.#program;
    const { x, dLossDx } = tables;
    const outputs = this.#x;
    const target = this.#t;
    const caseOne = this.#dLossDx;
    const width = outputRows.length;
    if (samples === 1) for (let i = 0; i < rowCount; i++) dLossDx[i] = 0;
    else dLossDx.fill(0, 0, rowCount * samples);
    let sum = 0;
    for (let s = 0; s < samples; s++) {
      const weight = weights === undefined ? 1 : weights[row + s];
      if (weight === 0) continue;
      for (let k = 0; k < width; k++) {
        outputs[k] = x[outputRows[k] * samples + s];
        target[k] = targets[(row + s) * width + k];
      }
      loss.derivative(outputs, target, caseOne);
      sum += weight * loss.value(outputs, target);
      for (let k = 0; k < width; k++) dLossDx[outputRows[k] * samples + s] = weight * caseOne[k];
    }
    return sum;
  }

  /** Validates the arguments and selects the tables of each step. */
  #begin(samples: SampleCounts, inputs: FloatArray, targets?: FloatArray, options?: PassOptions): void {
    if (this.#disposed) throw new NnbpError('DISPOSED', 'This executor has been disposed. Prepare a new one.');
    if (
      typeof samples === 'number' &&
      samples === this.#rows.count &&
      this.#rows.steps === 1 &&
      options === undefined
    ) {
      const { inputCount, outputRows } = this.#program;
      const width = outputRows.length;
      if (inputs.length < samples * inputCount) expectLength('inputs', inputs.length, samples * inputCount);
      if (targets !== undefined && targets.length < samples * width) {
        expectLength('targets', targets.length, samples * width);
      }
      return;
    }
    const rows = expectRows(this, this.graph, samples, inputs, targets, options);
    const isSame =
      rows.steps === this.#rows.steps && this.#steps.every((step, t) => step.samples === samplesAt(rows, t));
    this.#rows = rows;
    if (isSame) return;
    this.#steps.length = 0;
    for (let t = 0; t < rows.steps; t++) this.#steps.push(this.#stepAt(rows, t));
  }

  #stepAt(rows: Rows, t: number): Step {
    const samples = samplesAt(rows, t);
    if (rows.steps === 1) return { samples, tables: this.#tables };
    const { rowCount, inputCount } = this.#program;
    const part = (table: Float64Array) => table.subarray(rowCount * rows.start[t], rowCount * rows.start[t + 1]);
    const { h, g, x, a, slope, dLossDx, delta } = this.#tables;
    const tables = {
      h: part(h),
      g: part(g),
      x: part(x),
      a: part(a),
      slope: part(slope),
      dLossDx: part(dLossDx),
      delta: part(delta),
    };
    // No pass writes g and slope of inputs. After a pass with other sample counts, these entries hold values of other
    // nodes.
    tables.g.fill(0, 0, inputCount * samples);
    tables.slope.fill(0, 0, inputCount * samples);
    return { samples, tables };
  }
}
