/** Chooses an engine for the host and the graph. */
import { type Engine, js, NnbpError } from '@nnbp/core';
import { wasm } from './engine.js';
import type { WasmOptions } from './options.js';

/** An engine that chooses among others. */
export interface AutoEngine extends Engine {
  /** The reason why this engine was chosen, in a sentence. */
  readonly reason: string;
  /** Terminates its threads, if it has any. */
  dispose(): void;
}

/**
 * The fast engine where the host allows WebAssembly with SIMD, else `js()`. Both run every graph, so `auto` does not
 * call `supports`. Runs on one thread unless `threads` is set: starting threads takes 0.1 s, and `auto` does not know how
 * much work follows. `fit` of `nnbp` knows it, and sets `threads` for long training.
 *
 * @throws NnbpError `OUT_OF_RANGE` for an invalid option
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
    return { ...engine, reason };
  } catch (error) {
    if (!(error instanceof NnbpError) || error.code !== 'UNAVAILABLE') throw error;
    return { ...js(), reason: error.message, dispose: () => undefined };
  }
}
