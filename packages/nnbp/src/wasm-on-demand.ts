/**
 * Replaces `@nnbp/wasm` in the build for Node. The fast engine, which is a fifth of the code of `nnbp`, is then loaded on
 * first use. Other builds do not use this file: bundlers cannot split a classic worker, and service workers cannot
 * import modules dynamically.
 */
import type { AutoEngine, WasmEngine, WasmOptions } from '@nnbp/wasm';

export { cores } from '@nnbp/wasm';
export type * from '@nnbp/wasm';

export async function auto(options?: WasmOptions): Promise<AutoEngine> {
  const loaded = await import('@nnbp/wasm');
  return loaded.auto(options);
}

export async function wasm(options?: WasmOptions): Promise<WasmEngine> {
  const loaded = await import('@nnbp/wasm');
  return loaded.wasm(options);
}
