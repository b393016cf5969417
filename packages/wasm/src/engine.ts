/** The fast engine: `await wasm()` compiles the kernels once; every graph prepared afterwards uses them. */
import type { Engine, Graph } from '@nnbp/core';
import type { MultiplyAdd } from './assembler.js';
import { activationKernelOf, aggregationCodeOf } from './builtins.js';
import { type Host, WasmExecutor } from './executor.js';
import { manyThreads, oneThread } from './hosts.js';
import { customActivation } from './kernels/activation.js';
import { customAggregation } from './kernels/aggregation.js';
import { compiled, multiplyAddFor } from './module.js';
import { checked, type WasmOptions } from './options.js';
import { Pool } from './pool.js';
import { isUnrollable } from './unrolled/form.js';

/** An engine whose executors run WebAssembly kernels in float32. */
export interface WasmEngine extends Engine {
  /** How many threads it has: fewer than asked for if the host allows no more. */
  readonly threads: number;
  /** Why it has fewer threads than asked for; undefined if it has them. */
  readonly threadsReason: string | undefined;
  /** Plans a graph and allocates all that batches of up to `batchSize` samples need; see `Engine`. */
  prepare(graph: Graph, batchSize: number, steps?: number): WasmExecutor;
  /** Ends its threads. Executors that use them are not usable afterwards. */
  dispose(): void;
}

/**
 * Makes the fast engine: float32, WebAssembly SIMD, fused multiply-add where the host has it. Its exp, tanh and the like are
 * its own, so that the same steps are bit-identical wherever `fused` means the same.
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

  const hostFor = (graph: Graph, batchSize: number, steps: number): Host => {
    if (threaded === undefined) return wanted > 1 ? { ...alone, reason } : alone;
    const why = reasonForOne(graph, batchSize, steps, minThreadedWork ?? minMeasuredWork);
    return why === undefined ? threaded : { ...alone, reason: why };
  };
  return {
    name: 'wasm',
    threads,
    threadsReason: reason,
    supports: () => [],
    prepare: (graph, batchSize, steps = 1) =>
      new WasmExecutor(graph, batchSize, hostFor(graph, batchSize, steps), steps),
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
    return { reason: `the host started no threads: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** With less work than this a forward pass takes about a microsecond, as meeting at barriers does: nothing to measure. */
const minMeasuredWork = 20_000;

function reasonForOne(graph: Graph, batchSize: number, steps: number, minThreadedWork: number): string | undefined {
  if (steps > 1 || graph.stateSize > 0) {
    return 'the steps of a sequence share weights, whose gradients two threads would write at once';
  }
  if (graph.sharedWeights !== undefined) return 'edges share weights, whose gradients two threads would write at once';
  const custom = graph.activations.find((activation) => activationKernelOf(activation).code === customActivation);
  if (custom) return `the activation ${custom.name} is a custom one, which only this thread can call`;
  const own = graph.aggregations.find((one) => aggregationCodeOf(one) === customAggregation);
  if (own) return `the aggregation ${own.name} is a custom one, which only this thread can call`;
  const tiny = batchSize === 1 && isUnrollable(graph);
  if (tiny || graph.edgeCount * batchSize < minThreadedWork) return 'there is too little work to share';
  return undefined;
}
