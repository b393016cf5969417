/**
 * Runs one graph in one linear memory. A call copies the samples in, runs the kernels once, and reads the results.
 * Nothing is allocated from call to call.
 */
import {
  allFinite,
  type Executor,
  expectLength,
  expectInteger,
  type FloatArray,
  type Graph,
  type Loss,
  NnbpError,
  type Optimizer,
  type PassOptions,
  plan,
  type Plan,
} from '@nnbp/core';
import type { MultiplyAdd } from './assembler.js';
import { lossKernelOf } from './builtins.js';
import { WasmCache } from './cache.js';
import { CustomPlugins } from './custom.js';
import { type Form, rowsForm } from './image.js';
import { noOptimizer } from './kernels/optimizer.js';
import { job } from './kernels/program.js';
import type { CommonLayout } from './layout.js';
import { header, maxOptimizerVectors, maxOptions } from './memory-map.js';
import { OptimizerBinding } from './optimizer-binding.js';
import { isUnrollable, unrolledForm } from './unrolled/form.js';

/** Kernels instantiated on a memory. */
export interface Attached {
  /** Runs them, on this thread and on the workers. */
  run(kind: number, loss: number, optimizer: number): void;
  detach(): void;
}

/** What an executor needs from its engine. */
export interface Host {
  readonly threads: number;
  /** How a · b + c is computed. */
  readonly multiplyAdd: MultiplyAdd;
  /** Why there are fewer threads than asked for. */
  readonly reason?: string | undefined;
  /** Instantiates the kernels, and the module of unrolled code if there is one. */
  attach(memory: WebAssembly.Memory, plugins: CustomPlugins, module?: WebAssembly.Module): Attached;
}

const pageBytes = 65536;

/** @throws NnbpError `UNSUPPORTED` */
function expectNoOptions(options: PassOptions | undefined): void {
  if (options?.weights !== undefined || options?.state !== undefined) {
    throw new NnbpError('UNSUPPORTED', 'The wasm engine does not support weights and states.');
  }
}

/** Runs a graph by kernels; see `Executor`. */
export class WasmExecutor implements Executor {
  /** In float32; a view of the engine's memory. */
  readonly parameters: Float32Array;
  /** In float32; a view of the engine's memory. */
  readonly gradients: Float32Array;
  /** Views of all that the last pass computed. */
  readonly cache: WasmCache;
  /** How many threads share the work. */
  readonly threads: number;
  /** 1: it runs no sequences. */
  readonly steps = 1;
  /** Why there are fewer than the engine was asked for; undefined if there are not. */
  readonly threadsReason: string | undefined;
  readonly #layout: CommonLayout;
  readonly #padded: boolean;
  readonly #words: Uint32Array;
  readonly #numbers: Float32Array;
  readonly #loss: Float64Array;
  readonly #outputs: Float32Array;
  /** The outputs of the last prediction. */
  #view: Float32Array;
  readonly #binding: OptimizerBinding;
  readonly #plugins: CustomPlugins;
  readonly #attached: Attached;
  // The graph's and the layout's numbers that every call needs; addresses count words.
  readonly #inputCount: number;
  readonly #outputCount: number;
  readonly #inputsAt: number;
  readonly #inputStride: number;
  readonly #targetsAt: number;
  readonly #targetStride: number;
  #lossKernel = 0;
  #previous: Float32Array | undefined;
  #samples = 0;
  #disposed = false;

  /** @internal */
  constructor(
    /** What it runs. */
    readonly graph: Graph,
    /** The most samples a call may have. */
    readonly batchSize: number,
    host: Host,
  ) {
    expectInteger('batchSize', batchSize, 1);
    const planned = plan(graph, { sharedBlocks: true });
    const form = formOf(graph, planned, batchSize, host);
    this.#layout = form.layout;
    this.#padded = form.padded;
    this.#inputCount = graph.inputCount;
    this.#outputCount = graph.outputs.length;
    this.#inputsAt = form.layout.inputs / 4;
    this.#inputStride = form.layout.inputStride / 4;
    this.#targetsAt = form.layout.targets / 4;
    this.#targetStride = form.layout.targetStride / 4;
    const { parameters, gradients, optimizerVectors, parameterBytes, total, x, g, slope, dLossDx } = this.#layout;
    const memory = allocate(Math.ceil(total / pageBytes), host.threads > 1);
    const { buffer } = memory;
    const vector = (address: number) => new Float32Array(buffer, address, graph.parameterCount);
    this.parameters = vector(parameters);
    this.gradients = vector(gradients);
    this.cache = new WasmCache(graph, batchSize, {
      buffer,
      address: { x, g, slope, dLossDx },
      rowBytes: form.tableRowBytes,
      rowOf: form.rowOf,
    });
    this.#words = new Uint32Array(buffer);
    this.#numbers = new Float32Array(buffer);
    this.#loss = new Float64Array(buffer, header.loss, 1);
    this.#outputs = new Float32Array(batchSize * graph.outputs.length);
    this.#view = this.#outputs;
    this.#binding = new OptimizerBinding(
      this.#words,
      this.#numbers,
      Array.from({ length: maxOptimizerVectors }, (_, k) => vector(optimizerVectors + k * parameterBytes)),
    );
    this.threads = host.threads;
    this.threadsReason = host.reason;
    this.#plugins = new CustomPlugins(this.#words, this.#numbers, graph, planned);
    form.write(this.#words, this.#numbers);
    this.#attached = host.attach(memory, this.#plugins, form.module);
  }

  /**
   * Forward only; see `Executor`. The outputs are a view that the next call overwrites.
   *
   * @throws NnbpError as `Executor`; with several threads also `THREAD_LOST`. So do the next two.
   */
  predict(inputs: FloatArray, samples: number, options?: PassOptions): FloatArray {
    expectNoOptions(options);
    this.#begin(samples, inputs);
    this.#attached.run(job.predict, 0, noOptimizer);
    const { outputs } = this.graph;
    for (let k = 0; k < outputs.length; k++) {
      const row = this.#words[this.#layout.outputX / 4 + k] / 4;
      for (let s = 0; s < samples; s++) this.#outputs[s * outputs.length + k] = this.#numbers[row + s];
    }
    const length = samples * outputs.length;
    if (this.#view.length !== length) this.#view = this.#outputs.subarray(0, length);
    return this.#view;
  }

  /** Forward and backward; see `Executor`. */
  backpropagate(inputs: FloatArray, targets: FloatArray, samples: number, loss: Loss, options?: PassOptions): number {
    expectNoOptions(options);
    this.#begin(samples, inputs, targets);
    this.#words[header.inputGradients / 4] = 1;
    this.cache.inputsLeftOut = false;
    this.#binding.prepareMean(samples);
    return this.#backward(job.backpropagate, samples, loss, noOptimizer);
  }

  /** Backpropagates and updates, inside where the optimizer is a built-in; see `Executor`. */
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
    const inside = this.#binding.prepare(optimizer, samples);
    if (inside === noOptimizer) return this.#stepOutside(inputs, targets, samples, loss, optimizer);
    this.#words[header.inputGradients / 4] = 0;
    this.cache.inputsLeftOut = true;
    const mean = this.#backward(job.step, samples, loss, inside);
    if (this.#words[header.updated / 4] === 1) {
      optimizer.builtin!.advance();
      return mean;
    }
    // Either something was not finite, or the step was so large that it has to be looked at.
    return this.#stepOutside(inputs, targets, samples, loss, optimizer);
  }

  /** Releases the memory; see `Executor`. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#binding.release();
    this.#attached.detach();
  }

  /** The optimizer called back, on the whole vectors in place. */
  #stepOutside(inputs: FloatArray, targets: FloatArray, samples: number, loss: Loss, optimizer: Optimizer): number {
    const mean = this.backpropagate(inputs, targets, samples, loss);
    if (!Number.isFinite(mean)) return mean;
    if (!this.#gradientsFinite()) return NaN;
    this.#previous ??= this.parameters.slice();
    this.#previous.set(this.parameters);
    optimizer.step(this.parameters, this.gradients);
    if (allFinite(this.parameters)) return mean;
    this.parameters.set(this.#previous);
    return NaN;
  }

  #backward(kind: number, samples: number, loss: Loss, optimizer: number): number {
    if (loss !== this.#plugins.loss) {
      this.#plugins.loss = loss;
      const { code, options } = lossKernelOf(loss);
      this.#lossKernel = code;
      this.#numbers.set(options.slice(0, maxOptions), header.lossOptions / 4);
    }
    this.#attached.run(kind, this.#lossKernel, optimizer);
    return this.#loss[0] / samples;
  }

  #gradientsFinite(): boolean {
    let total = 0;
    for (let lane = 0; lane < 4 * this.threads; lane++) {
      total += this.#numbers[header.total / 4 + (lane >> 2) * 16 + (lane & 3)];
    }
    // A sum can overflow where no gradient does.
    return Number.isFinite(total) || allFinite(this.gradients);
  }

  /** Checks the arguments and copies the samples in. */
  #begin(samples: number, inputs: FloatArray, targets?: FloatArray): void {
    if (this.#disposed) throw new NnbpError('DISPOSED', 'This executor was disposed of: prepare a new one.');
    expectInteger('samples', samples, 1, this.batchSize);
    if (inputs.length < samples * this.#inputCount) expectLength('inputs', inputs.length, samples * this.#inputCount);
    if (samples !== this.#samples) this.#setSamples(samples);
    this.#copyIn(inputs, samples, this.#inputCount, this.#inputsAt, this.#inputStride);
    if (targets === undefined) return;
    if (targets.length < samples * this.#outputCount)
      expectLength('targets', targets.length, samples * this.#outputCount);
    this.#copyIn(targets, samples, this.#outputCount, this.#targetsAt, this.#targetStride);
  }

  #setSamples(samples: number): void {
    this.#samples = samples;
    const lanes = (samples + 3) & -4;
    this.#words[header.samples / 4] = samples;
    this.#words[header.columns / 4] = 4 * lanes;
    const mask = this.#layout.mask / 4;
    for (let s = 0; s < lanes; s++) this.#words[mask + s] = s < samples ? 0xffffffff : 0;
  }

  /** Copies rows of samples into memory. Lanes beyond the last sample repeat the first, so that they compute nothing extreme. */
  #copyIn(rows: FloatArray, samples: number, width: number, at: number, stride: number): void {
    const numbers = this.#numbers;
    if (width <= 16) {
      for (let s = 0; s < samples; s++) {
        for (let k = 0; k < width; k++) numbers[at + s * stride + k] = rows[s * width + k];
      }
    } else if (stride === width) {
      numbers.set(rows.length === samples * width ? rows : rows.subarray(0, samples * width), at);
    } else {
      for (let s = 0; s < samples; s++) numbers.set(rows.subarray(s * width, (s + 1) * width), at + s * stride);
    }
    if (!this.#padded) return;
    for (let s = samples; s & 3; s++) numbers.copyWithin(at + s * stride, at, at + width);
  }
}

/** Unrolled code where that is possible and pays, else tables. */
function formOf(graph: Graph, plan: Plan, batchSize: number, host: Host): Form {
  if (batchSize === 1 && host.threads === 1 && isUnrollable(graph)) {
    try {
      return unrolledForm(graph, plan, host.multiplyAdd);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return rowsForm(graph, plan, batchSize, host.threads);
}

/** @throws NnbpError `OUT_OF_RANGE` if the system does not have that much */
function allocate(pages: number, shared: boolean): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, ...(shared && { maximum: pages, shared }) });
  } catch (cause) {
    const mebibytes = Math.ceil((pages * pageBytes) / 2 ** 20);
    throw new NnbpError(
      'OUT_OF_RANGE',
      `The system refused ${mebibytes} MiB of memory. Use a smaller batch or graph, or dispose of executors no longer used.`,
      { cause },
    );
  }
}
