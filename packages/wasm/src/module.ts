/** The compiled kernels: made once for each kind of host and memory, and shared by all executors of a process. */
import {
  Assembler,
  type Code,
  control,
  f32x4,
  fusedMultiplyAdd,
  type MultiplyAdd,
  separateMultiplyAdd,
} from './assembler.js';
import { program } from './kernels/program.js';

const made = new Map<boolean, Promise<WebAssembly.Module>>();

/**
 * The module with all kernels. Compiles asynchronously, since some browsers refuse to do so at once on the main thread.
 *
 * @param shared - For memory that several threads share.
 */
export function kernels(shared: boolean): Promise<WebAssembly.Module> {
  let module = made.get(shared);
  if (module === undefined) {
    const assembler = new Assembler();
    assembler.importMemory(shared);
    program(assembler, bestMultiplyAdd(), shared);
    module = WebAssembly.compile(assembler.bytes());
    made.set(shared, module);
  }
  return module;
}

/** One rounding in one instruction (relaxed SIMD) where the host has it. */
export const bestMultiplyAdd = (): MultiplyAdd =>
  accepts(fusedMultiplyAdd(f32x4.const(0), f32x4.const(0), f32x4.const(0))) ? fusedMultiplyAdd : separateMultiplyAdd;

/** Whether the host has vectors of four numbers. */
export const hasSimd = (): boolean => accepts(f32x4.const(0));

function accepts(vector: Code): boolean {
  const probe = new Assembler();
  probe.function(undefined, [], [], () => control.drop(vector));
  return WebAssembly.validate(probe.bytes());
}
