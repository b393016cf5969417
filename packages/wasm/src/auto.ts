/** Picks an engine for where it runs, and tells why. */
import { type Engine, js, NnbpError } from '@nnbp/core';
import { wasm } from './engine.js';
import type { WasmOptions } from './options.js';

/** An engine, and why it is this one. */
export interface AutoEngine extends Engine {
  /** A sentence for people. */
  readonly reason: string;
  /** Ends its threads, if it has any. */
  dispose(): void;
}

/**
 * The fast engine where the host allows WebAssembly with SIMD, else `js()`.
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
    return { ...engine, reason: `WebAssembly with SIMD is available${shared}.` };
  } catch (error) {
    if (!(error instanceof NnbpError) || error.code !== 'UNAVAILABLE') throw error;
    return { ...js(), reason: error.message, dispose: () => undefined };
  }
}
