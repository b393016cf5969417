/** The compiled kernels: made once for each kind of host and memory, and shared by all executors of a process. */
import { Assembler, type Code, control, f32x4, fusedMultiplyAdd, separateMultiplyAdd } from './assembler.js';
import { program } from './kernels/program.js';

const made = new Map<string, Promise<WebAssembly.Module>>();

/**
 * The module with all kernels. Compiles asynchronously, since some browsers refuse to do so at once on the main thread.
 *
 * @param shared - For memory that several threads share.
 */
export function kernels(shared: boolean, fused: boolean): Promise<WebAssembly.Module> {
  const key = `${shared}${fused}`;
  let module = made.get(key);
  if (module === undefined) {
    module = WebAssembly.compile(moduleBytes(shared, fused));
    made.set(key, module);
  }
  return module;
}

function moduleBytes(shared: boolean, fused: boolean): Uint8Array<ArrayBuffer> {
  const assembler = new Assembler();
  assembler.importMemory(shared);
  program(assembler, fused ? fusedMultiplyAdd : separateMultiplyAdd, shared);
  return assembler.bytes();
}

/** Whether the host has vectors of four numbers. */
export const hasSimd = (): boolean => accepts(f32x4.const(0));

/** Whether the host multiplies and adds with one rounding in one instruction (relaxed SIMD). */
export const hasFusedMultiplyAdd = (): boolean =>
  accepts(fusedMultiplyAdd(f32x4.const(0), f32x4.const(0), f32x4.const(0)));

function accepts(vector: Code): boolean {
  const probe = new Assembler();
  probe.function(undefined, [], [], () => control.drop(vector));
  return WebAssembly.validate(probe.bytes());
}
