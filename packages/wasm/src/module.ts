/**
 * Compiles all kernels to a WebAssembly module: one module for each combination of memory (shared or not) and
 * multiply-add (fused or separate). All executors of a process share these modules.
 */
import { NnbpError } from '@nnbp/core';
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

const modules = new Map<string, Promise<WebAssembly.Module>>();

/**
 * Returns the module with all kernels. Compiles asynchronously, since some browsers do not allow synchronous
 * compilation on the main thread.
 *
 * @param shared - Whether several threads share the memory.
 */
export function kernels(shared: boolean, multiplyAdd: MultiplyAdd): Promise<WebAssembly.Module> {
  const key = `${shared} ${multiplyAdd === fusedMultiplyAdd}`;
  let module = modules.get(key);
  if (module === undefined) {
    const assembler = new Assembler();
    assembler.importMemory(shared);
    program(assembler, multiplyAdd, shared);
    module = WebAssembly.compile(assembler.bytes());
    modules.set(key, module);
  }
  return module;
}

/**
 * Like {@link kernels}, but throws a typed error.
 *
 * @throws NnbpError `UNAVAILABLE` if the host does not support WebAssembly SIMD, or a security policy forbids its use
 */
export async function compiled(shared: boolean, multiplyAdd: MultiplyAdd): Promise<WebAssembly.Module> {
  if (typeof WebAssembly === 'undefined') throw new NnbpError('UNAVAILABLE', 'This host does not support WebAssembly.');
  if (!hasSimd()) throw new NnbpError('UNAVAILABLE', 'This host does not support WebAssembly SIMD.');
  try {
    return await kernels(shared, multiplyAdd);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NnbpError(
      'UNAVAILABLE',
      `This host could not compile WebAssembly (${reason}). If the page has a content security policy, allow 'wasm-unsafe-eval'.`,
      { cause },
    );
  }
}

/** Returns a fused multiply-add (relaxed SIMD) if `fused` is set and the host supports it, else two instructions. */
export const multiplyAddFor = (fused: boolean): MultiplyAdd =>
  fused && accepts(fusedMultiplyAdd(f32x4.const(0), f32x4.const(0), f32x4.const(0)))
    ? fusedMultiplyAdd
    : separateMultiplyAdd;

const hasSimd = (): boolean => accepts(f32x4.const(0));

function accepts(vector: Code): boolean {
  const probe = new Assembler();
  probe.function(undefined, [], [], () => control.drop(vector));
  return WebAssembly.validate(probe.bytes());
}
