/** The interface of an optimizer's kernel: one update of four parameters, and when the engine may run it. */
import type { Code, Local } from '../../assembler.js';

/** Four elements of one of the optimizer's vectors. */
export interface VectorElements {
  readonly get: Code;
  set(value: Code): Code;
}

/** Four parameters and all that their update reads. */
export interface Update {
  /** The parameters, which the kernel updates. */
  readonly p: Local;
  /** The gradient of the mean loss. May be overwritten. */
  readonly g: Local;
  /** The scalars of the step in all four lanes, by name. */
  readonly scalars: Readonly<Record<string, Code>>;
  /** The optimizer's vectors, by name. */
  readonly vectors: Readonly<Record<string, VectorElements>>;
  /** A new local. */
  local(): Local;
}

/** Options or scalars of an optimizer, by name. */
export type Numbers = Readonly<Record<string, number>>;

/** The update of an optimizer for some of its options. */
export interface OptimizerKernel {
  /** The optimizer's scalars that `emit` reads. At most 16. */
  readonly scalars: readonly string[];
  /** The vectors that `emit` reads and writes, by the optimizer's own names. At most three. */
  readonly vectors: readonly string[];
  /** The code of the update. */
  emit(update: Update): Code;
  /**
   * The bound on overflow: every updated parameter is finite if the sum of |gradient| times this is at most 2¹⁰². If it
   * is not finite, the engine calls the `update` of the optimizer instead and checks the result.
   */
  overflowBound(scalars: Numbers): number;
}

/** All kernels of an optimizer, and the choice between them by its options. */
export interface OptimizerKernels {
  readonly kernels: readonly OptimizerKernel[];
  choose(options: Numbers): OptimizerKernel;
}

/** An optimizer whose options all use the same code. */
export const single = (kernel: OptimizerKernel): OptimizerKernels => ({ kernels: [kernel], choose: () => kernel });

/** The bound if the condition holds; else the engine must call the optimizer. */
export const boundIf = (condition: boolean, bound: number): number => (condition ? bound : Infinity);

/** Above this learning rate an update may overflow even though no gradient does. */
export const maxRate = 1e6;
/** Below this, ε is not a normal float32: √0 + ε would be 0. */
export const minEpsilon = 1e-37;
