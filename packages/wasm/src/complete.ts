/**
 * What a helper that has ended leaves of an update: think of a row half hoed, with the hoe where it fell. All gradients
 * are there, and each thread marks its way, so this thread hoes on from the marks.
 */
import { header } from './memory-map.js';

/** Kernels that update the parameters in a range of bytes, and mark the way in the word at an address. */
export type Optimize = (optimizer: number, from: number, to: number, mark: number) => void;

/** Updates what is left of the helpers' shares; this thread's own is done. */
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
    const mark = header.updateAt + 64 * thread;
    const next = words[mark / 4];
    const from = next === 0 ? Math.min(thread * share, bytes) : next - words[header.parameters / 4];
    optimize(optimizer, from, Math.min((thread + 1) * share, bytes), mark);
  }
}
