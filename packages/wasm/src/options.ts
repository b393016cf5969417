import { expectInteger } from '@nnbp/core';
import { maxThreads } from './memory-map.js';

/** Options of {@link wasm}. */
export interface WasmOptions {
  /** Number of threads that share the work, including the calling thread: 1 to 16. Default: 1. */
  readonly threads?: number;
  /**
   * Minimum work of a step, in edges × batch size, for which several threads are used. By default, each executor
   * measures its first calls with one thread and with several threads, then uses the faster of the two.
   */
  readonly minThreadedWork?: number;
  /**
   * Whether to use fused multiply-add if the host supports it. Default: true. With false, the results are bit-identical
   * in every runtime and on every processor, but hosts that support fused multiply-add compute them more slowly.
   */
  readonly fused?: boolean;
}

export type CheckedOptions = Required<Omit<WasmOptions, 'minThreadedWork'>> & Pick<WasmOptions, 'minThreadedWork'>;

/**
 * Validates the options and fills in the defaults.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function checked({ threads = 1, minThreadedWork, fused = true }: WasmOptions): CheckedOptions {
  expectInteger('threads', threads, 1, maxThreads);
  if (minThreadedWork !== undefined) expectInteger('minThreadedWork', minThreadedWork, 0);
  return { threads, fused, ...(minThreadedWork !== undefined && { minThreadedWork }) };
}
