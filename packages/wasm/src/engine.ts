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
  /** The number of threads: fewer than requested if the host allows no more. */
  readonly threads: number;
  /** The reason why it has fewer threads than requested; undefined if it has them all. */
  readonly threadsReason: string | undefined;
  /** Plans a graph and allocates the memory for batches of up to `batchSize` samples; see `Engine`. */
  prepare(graph: Graph, batchSize: number, steps?: number): WasmExecutor;
  /** Terminates its threads. Executors that use them cannot be used afterwards. */
  dispose(): void;
}

/**
 * Creates the fast engine: float32, WebAssembly SIMD, fused multiply-add if the host has it. exp, tanh and similar functions
 * are part of the engine, so results are bit-identical on all hosts with the same `fused`.
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
  const { threads: wanted, minThreadedWork, fused } = checked(options);
  const multiplyAdd = multiplyAddFor(fused);
  const alone = oneThread(await compiled(false, multiplyAdd), multiplyAdd);
  const { pool, reason } = wanted > 1 ? await startPool(wanted - 1, multiplyAdd) : {};
  const threads = pool === undefined ? 1 : wanted;
  const threaded =
    pool && manyThreads(await compiled(true, multiplyAdd), multiplyAdd, pool, threads, minThreadedWork === undefined);

  const hostFor = (graph: Graph, batchSize: number, time: TimeGraph, plan: Plan): Host => {
    if (threaded === undefined) return wanted > 1 ? { ...alone, reason } : alone;
    const stepWork = graph.edgeCount * batchSize;
    const why = oneThreadReason(time, plan, batchSize, stepWork, minThreadedWork ?? minMeasuredWork);
    return why === undefined ? threaded : { ...alone, reason: why };
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

/** Starts the workers, or returns the reason why the host has none. */
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
    return { reason: `the host started no threads: ${error instanceof Error ? error.message : String(error)}` };
  }
}
