/** Runs one graph in one linear memory. A call copies the samples in, runs the kernels, and reads the results. */
import {
  allFinite,
  type Executor,
  expectInteger,
  expectJacobianLength,
  expectRows,
  type FloatArray,
  type Graph,
  type Loss,
  NnbpError,
  type Optimizer,
  type PassOptions,
  plan,
  type Plan,
  RowCache,
  type SampleCounts,
  type SampleTable,
  samplesAt,
} from '@nnbp/core';
import type { MultiplyAdd } from './assembler.js';
import { lossKernelOf } from './builtins.js';
import { JavaScriptPlugins } from './javascript-plugins.js';
import { PlanDescription } from './describe.js';
import { type Form, rowsForm } from './memory-image.js';
import { addCaseThree, outputLoss, type PassTables } from './jacobian.js';
import { noOptimizer } from './kernels/optimizer.js';
import { job } from './kernels/job.js';
import type { MemoryUse } from './layout.js';
import { header, maxOptimizerVectors, maxOptions } from './memory-map.js';
import { OptimizerBinding } from './optimizer-binding.js';
import { SampleRows } from './sample-rows.js';
import { type TimeGraph, timeGraph } from './time.js';
import { isUnrollable, unrolledForm } from './unrolled/form.js';
import { calledLoss } from './unrolled/loss.js';

/** Kernels instantiated on a memory. */
export interface Attached {
  /** Runs the kernels, on this thread and on the workers. */
  run(kind: number, loss: number, optimizer: number): void;
  /** Single-threaded only. Takes one step per queued batch and returns the number of steps taken. */
  runMany?(count: number, loss: number, optimizer: number): number;
  detach(): void;
}

/** The part of the engine that an executor uses. */
export interface Host {
  readonly threads: number;
  readonly multiplyAdd: MultiplyAdd;
  /** Why there are fewer threads than requested. */
  readonly reason?: string | undefined;
  /**
   * Instantiates the kernels, and the module of unrolled code if there is one.
   *
   * @param advance - Called by `runMany` after each update, unless all steps use the same optimizer scalars. Advances
   * the optimizer. Returns 1 if the kernels can also run the next step, else 0.
   */
  attach(
    memory: WebAssembly.Memory,
    plugins: JavaScriptPlugins,
    advance: () => number,
    module?: WebAssembly.Module,
  ): Attached;
}

const pageBytes = 65536;

/** Runs a graph with the WebAssembly kernels; see `Executor`. */
export class WasmExecutor implements Executor {
  /** The parameters, in float32; a view of the engine's memory. */
  readonly parameters: Float32Array;
  /** The gradients, in float32; a view of the engine's memory. */
  readonly gradients: Float32Array;
  /** Views of everything the last pass computed. */
  readonly cache: RowCache;
  /** The number of threads that share the work. */
  readonly threads: number;
  /** Why there are fewer threads than requested; otherwise undefined. */
  readonly threadsReason: string | undefined;
  readonly #words: Uint32Array;
  readonly #numbers: Float32Array;
  readonly #loss: Float64Array;
  readonly #rows: SampleRows;
  readonly #tables: PassTables;
  readonly #binding: OptimizerBinding;
  readonly #plugins: JavaScriptPlugins;
  readonly #attached: Attached;
  readonly #isUnrolled: boolean;
  /** See `Form`. */
  readonly #withoutMean: boolean;
  readonly #multiplyAdd: MultiplyAdd;
  readonly #use: MemoryUse;
  /** The maximum number of batches per `runMany` call, and a view of their losses. */
  readonly #queueLength: number;
  readonly #queueLosses: Float64Array;
  #lossKernel = 0;
  #previous: Float32Array | undefined;
  #disposed = false;

  /** @internal */
  constructor(
    /** The graph that the executor runs. */
    readonly graph: Graph,
    /** The largest number of samples per call. */
    readonly batchSize: number,
    hostFor: (time: TimeGraph, plan: Plan) => Host,
    /** The largest number of steps per call. */
    readonly steps = 1,
  ) {
    expectInteger('batchSize', batchSize, 1);
    expectInteger('steps', steps, 1);
    const time = timeGraph(graph, steps);
    const planned = planOf(time);
    const host = hostFor(time, planned);
    const form = formOf(time, planned, batchSize, host);
    const { parameters, gradients, optimizerVectors, parameterBytes, total, x, g, slope, dLossDx } = form.layout;
    const memory = allocate(Math.ceil(total / pageBytes), host.threads > 1);
    const { buffer } = memory;
    const vector = (address: number) => new Float32Array(buffer, address, graph.parameterCount);
    this.parameters = vector(parameters);
    this.gradients = vector(gradients);
    const tableAddresses = { x, g, slope, dLossDx };
    this.cache = new RowCache(graph, {
      steps: () => this.#rows.last.steps,
      row: (quantity, i, t) => {
        const node = time.at(i, t);
        const tableAddress = tableAddresses[quantity === 'g' && form.gIsX(node) ? 'x' : quantity];
        const address = tableAddress + form.rowOf[node] * form.tableRowBytes;
        return new Float32Array(buffer, address, samplesAt(this.#rows.last, t));
      },
    });
    const table = (address: number) => new Float32Array(buffer, address);
    this.#tables = {
      graph,
      time,
      rowOf: form.rowOf,
      rowLength: form.tableRowBytes / 4,
      x: table(x),
      g: table(g),
      slope: table(slope),
      dLossDx: table(dLossDx),
    };
    this.#words = new Uint32Array(buffer);
    this.#numbers = new Float32Array(buffer);
    this.#loss = new Float64Array(buffer, header.loss, 1);
    this.#rows = new SampleRows(graph, time, this, this.#words, this.#numbers, form.layout, form.padded);
    this.#binding = new OptimizerBinding(
      this.#words,
      this.#numbers,
      Array.from({ length: maxOptimizerVectors }, (_, k) => vector(optimizerVectors + k * parameterBytes)),
    );
    this.threads = host.threads;
    this.threadsReason = host.reason;
    this.#queueLength = form.layout.queue;
    this.#queueLosses = new Float64Array(buffer, form.layout.queueLosses, this.#queueLength);
    this.#isUnrolled = form.module !== undefined;
    this.#withoutMean = form.withoutMean === true;
    this.#multiplyAdd = host.multiplyAdd;
    this.#use = form.layout.use;
    this.#plugins = new JavaScriptPlugins(this.#words, this.#numbers, graph.outputs.length, planned);
    form.write(this.#words, this.#numbers);
    this.#attached = host.attach(memory, this.#plugins, this.#binding.advance, form.module);
  }

  /**
   * Forward only; see `Executor`. The outputs are a view that the next call overwrites.
   *
   * @throws NnbpError any error thrown by `Executor`; with several threads also `THREAD_LOST`, or `WRONG_STATE` if a
   * loss calls this method. The other methods that run kernels throw the same errors.
   */
  predict(inputs: FloatArray, samples: SampleCounts, options?: Pick<PassOptions, 'state'>): FloatArray {
    this.#expectUsable();
    this.#rows.begin(samples, inputs, undefined, options);
    this.#attached.run(job.predict, 0, noOptimizer);
    if (options !== undefined) this.#rows.copyStateOut(options.state, this.#tables);
    return this.#rows.outputs();
  }

  /** Forward and backward; see `Executor`. */
  backpropagate(
    inputs: FloatArray,
    targets: FloatArray,
    samples: SampleCounts,
    loss: Loss,
    options?: PassOptions,
  ): number {
    this.#expectUsable();
    const totalWeight = this.#rows.begin(samples, inputs, targets, options);
    this.#words[header.inputGradients / 4] = 1;
    this.cache.withoutInputs = false;
    this.#binding.prepareMean(totalWeight);
    const mean = this.#backward(job.backpropagate, totalWeight, loss, noOptimizer, options);
    if (this.#withoutMean && totalWeight !== 1)
      for (let p = 0; p < this.gradients.length; p++) this.gradients[p] /= totalWeight;
    this.#rows.copyStateOut(options?.state, this.#tables);
    return mean;
  }

  /**
   * The derivatives of all outputs, in float32; see `Executor`. For each step and output, the kernels run one forward
   * and one backward pass over all samples, on all threads. After each backward pass, the calling thread computes the
   * parameter derivatives (case 3).
   */
  jacobian(
    inputs: FloatArray,
    samples: SampleCounts,
    out: FloatArray,
    options?: Pick<PassOptions, 'state'>,
  ): FloatArray {
    const { outputs, parameterCount } = this.graph;
    this.#expectUsable();
    const rows = expectRows(this, this.graph, samples, inputs, undefined, options);
    expectJacobianLength(this.graph, rows, out);
    const initialState = options?.state?.slice();
    const predicted = this.predict(inputs, samples, options);
    out.fill(0, 0, predicted.length * parameterCount);
    const slots = this.graph.slots(Float64Array.from(this.parameters));
    const noTargets = new Float32Array(predicted.length);
    for (let step = 0; step < rows.steps; step++) {
      const weights = new Float32Array(rows.count).fill(1, rows.start[step], rows.start[step + 1]);
      for (let k = 0; k < outputs.length; k++) {
        // Each pass overwrites its state, so each pass gets a copy of the initial state.
        const state = initialState?.slice();
        const pass = rows.steps > 1 || state !== undefined ? { weights, ...(state && { state }) } : undefined;
        this.backpropagate(inputs, noTargets, samples, outputLoss(k), pass);
        addCaseThree(this.#tables, slots, rows, step, k, out);
      }
    }
    return predicted;
  }

  /**
   * Backpropagates and updates the parameters. The update runs in a kernel if the optimizer has one; see `Executor`.
   */
  step(
    inputs: FloatArray,
    targets: FloatArray,
    samples: SampleCounts,
    loss: Loss,
    optimizer: Optimizer,
    options?: PassOptions,
  ): number {
    this.#expectUsable();
    const totalWeight = this.#rows.begin(samples, inputs, targets, options);
    const kernel = this.#withoutMean && totalWeight !== 1 ? noOptimizer : this.#binding.prepare(optimizer, totalWeight);
    if (kernel !== noOptimizer) {
      this.#words[header.inputGradients / 4] = 0;
      this.cache.withoutInputs = true;
      const mean = this.#backward(job.step, totalWeight, loss, kernel, options);
      if (this.#words[header.updated / 4] === 1) {
        optimizer.builtin!.advance();
        this.#rows.copyStateOut(options?.state, this.#tables);
        return mean;
      }
      // The kernels did not update the parameters: a number is not finite, or the step is so large that its result must
      // be checked.
    }
    return this.#stepInJs(this.backpropagate(inputs, targets, samples, loss, options), optimizer);
  }

  /**
   * Reports the engine's plan for the graph: dense blocks, memory, and the number of threads, with the reason if there
   * are fewer than requested. `String(executor.describe())` is a summary of a few lines. Plans the graph again, so do
   * not call it in an inner loop.
   */
  describe(): PlanDescription {
    const { graph, batchSize, threads, threadsReason } = this;
    const { time } = this.#tables;
    return new PlanDescription({
      graph,
      batchSize,
      time,
      plan: planOf(time),
      memory: this.#use,
      isUnrolled: this.#isUnrolled,
      multiplyAdd: this.#multiplyAdd,
      threads,
      threadsReason,
    });
  }

  /** Takes several steps with an optimizer that has a kernel; see `Executor`. */
  stepMany(
    table: SampleTable,
    order: Uint32Array,
    first: number,
    loss: Loss,
    optimizer: Optimizer,
    losses: Float64Array,
    count: number,
  ): number {
    this.#expectUsable();
    const whole = Math.floor((order.length - first) / this.batchSize);
    const batches = Math.min(count, whole, losses.length, this.#queueLength);
    // The queue has no room for the initial state of a graph with delays.
    if (batches < 2 || this.graph.stateSize > 0 || this.#attached.runMany === undefined) return 0;
    const kernel = this.#binding.prepare(optimizer, this.batchSize);
    if (kernel === noOptimizer) return 0;
    this.#rows.fill(table, order, first, batches);
    this.#words[header.inputGradients / 4] = 0;
    this.cache.withoutInputs = true;
    this.#chooseLoss(loss);
    const isConstant = this.#binding.isConstant;
    this.#words[header.constantStep / 4] = Number(isConstant);
    const taken = this.#attached.runMany(batches, this.#lossKernel, kernel);
    for (let k = 0; k < taken; k++) {
      losses[k] = this.#queueLosses[k] / this.batchSize;
      if (isConstant) optimizer.builtin!.advance();
    }
    return taken;
  }

  /** Releases the memory; see `Executor`. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#binding.release();
    this.#attached.detach();
  }

  /**
   * Runs the optimizer in JavaScript after a pass. Returns the mean loss. If the loss, a gradient or an updated
   * parameter is not finite, keeps the parameters and returns a number that is not finite.
   */
  #stepInJs(mean: number, optimizer: Optimizer): number {
    if (!Number.isFinite(mean)) return mean;
    if (!this.#gradientsFinite()) return NaN;
    this.#previous ??= this.parameters.slice();
    this.#previous.set(this.parameters);
    optimizer.step(this.parameters, this.gradients);
    if (allFinite(this.parameters)) return mean;
    this.parameters.set(this.#previous);
    return NaN;
  }

  #chooseLoss(loss: Loss): void {
    if (loss === this.#plugins.loss) return;
    this.#plugins.loss = loss;
    const { number, options } = lossKernelOf(loss);
    this.#lossKernel = number;
    this.#numbers.set(options.slice(0, maxOptions), header.lossOptions / 4);
  }

  #backward(
    kind: number,
    totalWeight: number,
    loss: Loss,
    optimizer: number,
    options: PassOptions | undefined,
  ): number {
    this.#chooseLoss(loss);
    const lossOffset = this.#isUnrolled && options?.weights !== undefined ? calledLoss : 0;
    this.#attached.run(kind, this.#lossKernel + lossOffset, optimizer);
    return this.#loss[0] / totalWeight;
  }

  #gradientsFinite(): boolean {
    let total = 0;
    for (let lane = 0; lane < 4 * this.threads; lane++) {
      total += this.#numbers[header.total / 4 + (lane >> 2) * 16 + (lane & 3)];
    }
    // The sum can overflow even if no gradient does.
    return Number.isFinite(total) || allFinite(this.gradients);
  }

  #expectUsable(): void {
    if (this.#disposed) throw new NnbpError('DISPOSED', 'This executor has been disposed. Prepare a new one.');
  }
}

const planOf = ({ graph, stepOf }: TimeGraph): Plan => plan(graph, stepOf && { partOf: stepOf });

/** Uses unrolled code if it is possible and faster, else the general kernels. */
function formOf(time: TimeGraph, plan: Plan, batchSize: number, host: Host): Form {
  if (batchSize === 1 && host.threads === 1 && isUnrollable(time.original)) {
    try {
      return unrolledForm(time, host.multiplyAdd);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return rowsForm(time, plan, batchSize, host.threads);
}

/** @throws NnbpError `OUT_OF_RANGE` if the memory cannot be allocated */
function allocate(pages: number, shared: boolean): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, ...(shared && { maximum: pages, shared }) });
  } catch (cause) {
    const mebibytes = Math.ceil((pages * pageBytes) / 2 ** 20);
    throw new NnbpError(
      'OUT_OF_RANGE',
      `Could not allocate ${mebibytes} MiB of memory. Use a smaller batch or graph, or dispose executors you no longer use.`,
      { cause },
    );
  }
}
