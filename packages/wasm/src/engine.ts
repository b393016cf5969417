/** The fast engine: `await wasm()` compiles the kernels once; every graph prepared afterwards starts at once. */
import type { Engine, Graph } from '@nnbp/core';
import { type Host, WasmExecutor } from './executor.js';
import { hasFusedMultiplyAdd, kernels } from './module.js';

/** Options of {@link wasm}. */
export interface WasmOptions {
  /** How many threads share the work, this one included. Default 1. */
  readonly threads?: number;
}

/** An engine whose executors run WebAssembly kernels in float32. */
export interface WasmEngine extends Engine {
  /** How many threads it has. */
  readonly threads: number;
  /** {@inheritDoc Engine.prepare} */
  prepare(graph: Graph, batchSize: number): WasmExecutor;
}

/**
 * Makes the fast engine.
 */
export async function wasm(_options: WasmOptions = {}): Promise<WasmEngine> {
  const module = await kernels(false, hasFusedMultiplyAdd());
  return {
    name: 'wasm',
    threads: 1,
    prepare: (graph, batchSize) => new WasmExecutor(graph, batchSize, oneThread(module)),
  };
}

const oneThread = (module: WebAssembly.Module): Host => ({
  threads: 1,
  attach(memory, plugins) {
    const { exports } = new WebAssembly.Instance(module, {
      environment: { memory, activation: plugins.activation, loss: plugins.caseOne },
    });
    const run = exports.run as (thread: number, kind: number, loss: number, optimizer: number) => void;
    return { run: (kind, loss, optimizer) => run(0, kind, loss, optimizer), detach: () => undefined };
  },
});
