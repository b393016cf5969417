/**
 * Completes an update during which a worker was lost. All gradients have been computed and each thread records its
 * progress, so this thread continues where the workers stopped.
 */
import { header } from './memory-map.js';

/** Updates the parameters in a range of bytes and records the progress in the word at the address `progress`. */
export type Optimize = (optimizer: number, from: number, to: number, progress: number) => void;

/** Completes the workers' shares of the update. This thread has already completed its own share. */
export function completeUpdate(
  memory: WebAssembly.Memory,
  threads: number,
  optimizer: number,
  optimize: Optimize,
): void {
  const words = new Uint32Array(memory.buffer);
  const bytes = words[header.parameterBytes / 4];
  const share = 64 * Math.ceil(bytes / (64 * threads));
  for (let thread = 1; thread < threads; thread++) {
    const progress = header.updateAt + 64 * thread;
    const next = words[progress / 4];
    const from = next === 0 ? Math.min(thread * share, bytes) : next - words[header.parameters / 4];
    optimize(optimizer, from, Math.min((thread + 1) * share, bytes), progress);
  }
}
