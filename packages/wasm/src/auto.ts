/** Chooses the fastest engine that the host supports. */
import { type Engine, js, NnbpError } from '@nnbp/core';
import { wasm } from './engine.js';
import type { WasmOptions } from './options.js';

/** The engine that {@link auto} chose. */
export interface AutoEngine extends Engine {
  /** Why this engine was chosen, as a sentence. */
  readonly reason: string;
  /** Terminates its threads, if it has any. */
  dispose(): void;
}

/**
 * Returns the `wasm` engine if the host supports WebAssembly with SIMD, else `js()`. The engine runs on one thread
 * unless `threads` is set: starting threads takes 0.1 s, and `auto` does not know how much work follows. `fit` from
 * `nnbp` sets `threads` for long training runs.
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
    const threadNote = engine.threadsReason === undefined ? '' : `, but runs on one thread: ${engine.threadsReason}`;
    const reason = `WebAssembly with SIMD is available${threadNote}.`;
    return { ...engine, reason };
  } catch (error) {
    if (!(error instanceof NnbpError) || error.code !== 'UNAVAILABLE') throw error;
    return { ...js(), reason: error.message, dispose: () => undefined };
  }
}
