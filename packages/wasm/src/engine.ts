/** The fast engine: `await wasm()` compiles the kernels once; every graph prepared afterwards uses them. */
import type { Engine, Graph, Plan } from '@nnbp/core';
import type { MultiplyAdd } from './assembler.js';
import { type Host, WasmExecutor } from './executor.js';
import { manyThreads, oneThread } from './hosts.js';
import { compiled, multiplyAddFor } from './module.js';
import { minMeasuredWork, oneThreadReason } from './one-thread-reason.js';
import { checked, type WasmOptions } from './options.js';
import { Pool } from './pool.js';
import type { TimeGraph } from './time.js';

/** An engine whose executors run WebAssembly kernels in float32. */
export interface WasmEngine extends Engine {
  /** The number of threads: as requested, or 1 if the host cannot start workers. */
  readonly threads: number;
  /** Why the engine has fewer threads than requested; undefined if it has as many as requested. */
  readonly threadsReason: string | undefined;
  /** Plans a graph and allocates the memory for batches of up to `batchSize` samples; see `Engine`. */
  prepare(graph: Graph, batchSize: number, steps?: number): WasmExecutor;
  /** Terminates the worker threads. Executors that use them cannot be used afterwards. */
  dispose(): void;
}

/**
 * Creates the fast engine: float32, WebAssembly SIMD, and fused multiply-add if the host supports it. The engine has
 * its own exp, tanh and similar functions, so results are bit-identical on all hosts that support fused multiply-add.
 * With the `fused: false` option, they are bit-identical on all hosts.
 *
 * @throws NnbpError `UNAVAILABLE` if the host does not support WebAssembly with SIMD or its security policy forbids it
 * (use {@link auto}, or `js()` from `@nnbp/core`), `OUT_OF_RANGE` for an invalid option
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
  const { threads: requested, minThreadedWork, fused } = checked(options);
  const multiplyAdd = multiplyAddFor(fused);
  const singleThreaded = oneThread(await compiled(false, multiplyAdd), multiplyAdd);
  const { pool, reason } = requested > 1 ? await startPool(requested - 1, multiplyAdd) : {};
  const threads = pool === undefined ? 1 : requested;
  const threaded =
    pool && manyThreads(await compiled(true, multiplyAdd), multiplyAdd, pool, threads, minThreadedWork === undefined);

  const hostFor = (graph: Graph, batchSize: number, time: TimeGraph, plan: Plan): Host => {
    if (threaded === undefined) return requested > 1 ? { ...singleThreaded, reason } : singleThreaded;
    const stepWork = graph.edgeCount * batchSize;
    const graphReason = oneThreadReason(time, plan, batchSize, stepWork, minThreadedWork ?? minMeasuredWork);
    return graphReason === undefined ? threaded : { ...singleThreaded, reason: graphReason };
  };
  return {
    name: 'wasm',
    threads,
    threadsReason: reason,
    supports: () => [],
    prepare: (graph, batchSize, steps = 1) =>
      new WasmExecutor(graph, batchSize, (time, plan) => hostFor(graph, batchSize, time, plan), steps),
    dispose: () => pool?.dispose(),
  };
}

async function startPool(workers: number, multiplyAdd: MultiplyAdd): Promise<{ pool?: Pool; reason?: string }> {
  if (
    typeof SharedArrayBuffer === 'undefined' ||
    (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === false
  ) {
    return { reason: 'the page is not cross-origin isolated, so threads cannot share memory' };
  }
  try {
    return { pool: await Pool.start(workers, await compiled(true, multiplyAdd)) };
  } catch (error) {
    return { reason: `the host could not start workers: ${error instanceof Error ? error.message : String(error)}` };
  }
}
