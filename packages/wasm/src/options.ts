/** Options of the fast engine. */
import { expectInteger } from '@nnbp/core';
import { maxThreads } from './memory-map.js';

/** Options of {@link wasm}. */
export interface WasmOptions {
  /** Threads that share the work, the calling one included: 1 to 16. Default: 1. */
  readonly threads?: number;
  /**
   * Multiplications and additions of a forward pass (edges times batch size) from which several threads are used. Below this,
   * one thread does the work. Default: measured. Each executor times its first calls with one thread and with several.
   */
  readonly minThreadedWork?: number;
  /**
   * Whether a product and a sum are one instruction if the host has it. Default: true. With false, the same steps give
   * bit-identical results in every runtime and on every processor, but hosts with this
   * instruction are slower.
   */
  readonly fused?: boolean;
}

/** The options with their defaults. */
export type CheckedOptions = Required<Omit<WasmOptions, 'minThreadedWork'>> & Pick<WasmOptions, 'minThreadedWork'>;

/** @throws NnbpError `OUT_OF_RANGE` */
export function checked({ threads = 1, minThreadedWork, fused = true }: WasmOptions): CheckedOptions {
  expectInteger('threads', threads, 1, maxThreads);
  if (minThreadedWork !== undefined) expectInteger('minThreadedWork', minThreadedWork, 0);
  return { threads, fused, ...(minThreadedWork !== undefined && { minThreadedWork }) };
}
