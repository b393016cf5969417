/** The interface of optimizer kernels: an update of four parameters, and a bound that rules out overflow. */
import type { Code, Local } from '../../assembler.js';

/** Four elements of one of the optimizer's vectors. */
export interface VectorElements {
  readonly get: Code;
  set(value: Code): Code;
}

/** Four parameters, and what their update reads. */
export interface Update {
  /** The parameters to update. */
  readonly p: Local;
  /** The gradient of the mean loss. May be overwritten. */
  readonly g: Local;
  /** The scalars of the step by name, each in all four lanes. */
  readonly scalars: Readonly<Record<string, Code>>;
  /** The optimizer's vectors, by name. */
  readonly vectors: Readonly<Record<string, VectorElements>>;
  local(): Local;
}

/** Options or scalars of an optimizer, by name. */
export type Numbers = Readonly<Record<string, number>>;

/** A kernel that updates parameters, for some combinations of an optimizer's options. */
export interface OptimizerKernel {
  /** The optimizer's scalars that `emit` reads. At most 16. */
  readonly scalars: readonly string[];
  /** The vectors that `emit` reads and writes, named as in the optimizer. At most three. */
  readonly vectors: readonly string[];
  emit(update: Update): Code;
  /**
   * Returns a number that rules out overflow: if the sum of |gradient| over all parameters, times this number, is at
   * most 2¹⁰², every updated parameter is finite. If the number is Infinity, the engine does not run the kernel: it
   * calls the optimizer's `step` and checks the result.
   */
  overflowBound(scalars: Numbers): number;
}

export interface OptimizerKernels {
  readonly kernels: readonly OptimizerKernel[];
  choose(options: Numbers): OptimizerKernel;
}

/** Declares an optimizer that has one kernel for all options. */
export const single = (kernel: OptimizerKernel): OptimizerKernels => ({ kernels: [kernel], choose: () => kernel });

/** Returns the bound if the condition holds, else Infinity, so that the engine calls the optimizer's `step`. */
export const boundIf = (condition: boolean, bound: number): number => (condition ? bound : Infinity);

/** Above this learning rate, an update can overflow even if no gradient does. */
export const maxRate = 1e6;
/** A smaller ε may be rounded to 0 in float32, and then √0 + ε would be 0. */
export const minEpsilon = 1e-37;
