/** The fast engine: `await wasm()` compiles the kernels once; every graph prepared afterwards starts at once. */
import { type Engine, expectInteger, type Graph, NnbpError } from '@nnbp/core';
import type { MultiplyAdd } from './assembler.js';
import { activationKernelOf } from './builtins.js';
import { type Attached, type Host, WasmExecutor } from './executor.js';
import { completeUpdate, type Optimize } from './complete.js';
import { customActivation } from './kernels/activation.js';
import { job } from './kernels/program.js';
import { header, maxThreads } from './memory-map.js';
import { hasSimd, kernels, multiplyAddFor } from './module.js';
import { BarrierTimeout } from './barrier-timeout.js';
import { Pool } from './pool.js';
import { isStraight } from './straight/form.js';

/** Options of {@link wasm}. */
export interface WasmOptions {
  /** How many threads share the work, this one included: 1 (default) to 16. */
  readonly threads?: number;
  /**
   * How many multiplications and additions a forward pass must have, edges times batch size, for threads to be worth
   * meeting each other; with fewer, one does it alone. Default 100,000.
   */
  readonly minThreadedWork?: number;
  /**
   * Whether products and sums are one instruction where the host has it (default). Without, it is slower on such hosts, and
   * the same steps give the same bits in every runtime and on every processor.
   */
  readonly fused?: boolean;
}

/** An engine whose executors run WebAssembly kernels in float32. */
export interface WasmEngine extends Engine {
  /** How many threads it has: fewer than asked for if the host allows no more. */
  readonly threads: number;
  /** Why it has fewer threads than asked for; undefined if it has them. */
  readonly threadsReason: string | undefined;
  /** Plans a graph and allocates all that batches of up to `batchSize` samples need; see `Engine`. */
  prepare(graph: Graph, batchSize: number): WasmExecutor;
  /** Ends its threads. Executors that use them are not usable afterwards. */
  dispose(): void;
}

/**
 * Makes the fast engine: float32, WebAssembly SIMD, fused multiply-add where the host has it. Its exp, tanh and the like are
 * its own, so that the same steps give the same bits wherever `fused` means the same.
 *
 * @throws NnbpError `UNAVAILABLE` if the host has no WebAssembly with SIMD or its security policy forbids it: use
 * {@link auto}, or `js()` from `@nnbp/core`; `OUT_OF_RANGE`
 *
 * @example
 * ```ts
 * import { sigmoid } from '@nnbp/activations';
 * import { mlp, Network } from '@nnbp/core';
 * import { mse } from '@nnbp/losses';
 * import { sgd } from '@nnbp/optim';
 * import { fit } from '@nnbp/train';
 * import { wasm } from '@nnbp/wasm';
 *
 * const network = new Network(mlp([2, 8, 1], { activation: sigmoid }));
 * const data = { inputs: [[0, 0], [0, 1], [1, 0], [1, 1]], targets: [[0], [1], [1], [0]] };
 * await fit(network, data, { loss: mse(), optimizer: sgd({ learningRate: 2 }), epochs: 10, engine: await wasm() });
 * ```
 */
export async function wasm(options: WasmOptions = {}): Promise<WasmEngine> {
  const { threads: wanted = 1, minThreadedWork = 100_000, fused = true } = options;
  expectInteger('threads', wanted, 1, maxThreads);
  expectInteger('minThreadedWork', minThreadedWork, 0);
  const multiplyAdd = multiplyAddFor(fused);
  const alone = oneThread(await compiled(false, multiplyAdd), multiplyAdd);
  const { pool, reason } = wanted > 1 ? await startPool(wanted - 1, multiplyAdd) : {};
  const threads = pool === undefined ? 1 : wanted;
  const crew = pool && manyThreads(await compiled(true, multiplyAdd), multiplyAdd, pool, threads);

  const hostFor = (graph: Graph, batchSize: number): Host => {
    if (crew === undefined) return wanted > 1 ? { ...alone, reason } : alone;
    const why = reasonForOne(graph, batchSize, minThreadedWork);
    return why === undefined ? crew : { ...alone, reason: why };
  };
  return {
    name: 'wasm',
    threads,
    threadsReason: reason,
    prepare: (graph, batchSize) => new WasmExecutor(graph, batchSize, hostFor(graph, batchSize)),
    dispose: () => pool?.dispose(),
  };
}

async function compiled(shared: boolean, multiplyAdd: MultiplyAdd): Promise<WebAssembly.Module> {
  if (typeof WebAssembly === 'undefined') throw new NnbpError('UNAVAILABLE', 'This host has no WebAssembly.');
  if (!hasSimd()) throw new NnbpError('UNAVAILABLE', "This host's WebAssembly has no SIMD.");
  try {
    return await kernels(shared, multiplyAdd);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new NnbpError(
      'UNAVAILABLE',
      `This host refused to compile WebAssembly (${why}). A content security policy has to allow 'wasm-unsafe-eval'.`,
      { cause },
    );
  }
}

async function startPool(helpers: number, multiplyAdd: MultiplyAdd): Promise<{ pool?: Pool; reason?: string }> {
  if (
    typeof SharedArrayBuffer === 'undefined' ||
    (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === false
  ) {
    return { reason: 'the page is not cross-origin isolated, so threads cannot share memory' };
  }
  try {
    return { pool: await Pool.start(helpers, await compiled(true, multiplyAdd)) };
  } catch (error) {
    return { reason: `the host started no threads: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function reasonForOne(graph: Graph, batchSize: number, minThreadedWork: number): string | undefined {
  if (graph.sharedWeights !== undefined) return 'edges share weights, whose gradients two threads would write at once';
  const custom = graph.activations.find((activation) => activationKernelOf(activation).code === customActivation);
  if (custom) return `the activation ${custom.name} is a custom one, which only this thread can call`;
  const tiny = batchSize === 1 && isStraight(graph);
  if (tiny || graph.edgeCount * batchSize < minThreadedWork) return 'there is too little work to share';
  return undefined;
}

interface Exports {
  run(thread: number, kind: number, loss: number, optimizer: number): void;
  /** Where threads are many. */
  readonly optimize: Optimize;
}

interface Environment {
  activation(unit: number, from: number, to: number): void;
  loss(): number;
  waiting?(turn: number): void;
}

function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory, environment: Environment): Exports {
  return new WebAssembly.Instance(module, { environment: { memory, ...environment } }).exports as unknown as Exports;
}

const oneThread = (module: WebAssembly.Module, multiplyAdd: MultiplyAdd): Host => ({
  threads: 1,
  multiplyAdd,
  attach(memory, { activation, caseOne }, own) {
    const { run } = instantiate(own ?? module, memory, { activation, loss: caseOne });
    return { run: (kind, loss, optimizer) => run(0, kind, loss, optimizer), detach: () => undefined };
  },
});

/** @internal Exported for its test. */
export function manyThreads(module: WebAssembly.Module, multiplyAdd: MultiplyAdd, pool: Pool, threads: number): Host {
  // An executor that is dropped without dispose() must not live on in the helpers.
  const dropped = new FinalizationRegistry<number>((executor) => pool.detach(executor));
  return {
    threads,
    multiplyAdd,
    attach(memory, plugins): Attached {
      const patience = new BarrierTimeout();
      const { run, optimize } = instantiate(module, memory, {
        activation: plugins.activation,
        loss: plugins.caseOneOfCrew,
        waiting(turn) {
          if (pool.hasEnded || patience.isOver(turn)) throw pool.lose();
        },
      });
      const updated = new Uint32Array(memory.buffer, header.updated, 1);
      const own = (kind: number, loss: number, optimizer: number) => {
        patience.begin();
        try {
          run(0, kind, loss, optimizer);
        } catch (error) {
          // Lost at the last barrier: the step is as good as taken, and the next call will hear of it.
          if (kind !== job.step || updated[0] === 0) throw error;
          completeUpdate(memory, threads, optimizer, optimize);
        }
      };
      const executor = pool.attach(memory);
      const attached = {
        run(kind: number, loss: number, optimizer: number) {
          pool.run(executor, own, kind, loss, optimizer);
          plugins.rethrow();
        },
        detach() {
          dropped.unregister(attached);
          pool.detach(executor);
        },
      };
      dropped.register(attached, executor, attached);
      return attached;
    },
  };
}
