/** Chooses an engine for the host and the graph. */
import { type Engine, type Executor, type Graph, js, NnbpError, reference } from '@nnbp/core';
import { wasm } from './engine.js';
import type { WasmOptions } from './options.js';

/** An engine that chooses among others. */
export interface AutoEngine extends Engine {
  /** Why the host has the engine of this name, in a sentence. */
  readonly reason: string;
  /** Terminates its threads, if it has any. */
  dispose(): void;
}

/**
 * The fast engine where the host allows WebAssembly with SIMD, else `js()`. A graph that this engine does not support runs
 * on the next one that does: `js()`, then `reference()`.
 *
 * @throws NnbpError `OUT_OF_RANGE` for a bad option
 *
 * @example
 * ```ts
 * import { auto } from '@nnbp/wasm';
 *
 * const engine = await auto();
 * engine.name; // 'wasm'
 * ```
 */
export async function auto(options: WasmOptions = {}): Promise<AutoEngine> {
  try {
    const engine = await wasm(options);
    const shared = engine.threadsReason === undefined ? '' : `, on one thread: ${engine.threadsReason}`;
    const reason = `WebAssembly with SIMD is available${shared}.`;
    return { ...firstOf([engine, js(), reference()]), reason, dispose: () => engine.dispose() };
  } catch (error) {
    if (!(error instanceof NnbpError) || error.code !== 'UNAVAILABLE') throw error;
    return { ...firstOf([js(), reference()]), reason: error.message, dispose: () => undefined };
  }
}

/** The first engine, and for what it does not support the next one. */
function firstOf(engines: readonly [Engine, ...Engine[]]): Engine {
  const [first, ...others] = engines;
  return {
    name: first.name,
    supports: (graph) => (others.some((engine) => engine.supports(graph).length === 0) ? [] : first.supports(graph)),
    prepare(graph: Graph, batchSize: number, steps?: number): Executor {
      for (const engine of engines.slice(0, -1)) {
        try {
          return engine.prepare(graph, batchSize, steps);
        } catch (error) {
          if (!(error instanceof NnbpError) || error.code !== 'UNSUPPORTED') throw error;
        }
      }
      return engines[engines.length - 1].prepare(graph, batchSize, steps);
    },
  };
}
