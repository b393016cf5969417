/** The interface of loss kernels. */
import type { Assembler, Callable, Code, Local, MultiplyAdd } from '../../assembler.js';
import type { KernelContext } from '../elementary.js';

/** A loss that applies a function to each output and takes the mean or the sum. */
export interface ElementwiseLossKernel {
  /** Names of the loss's options that the kernel reads, at most four. Default: none. */
  readonly options?: readonly string[];
  /** The reduction over outputs, as in the `LossRecord` from `@nnbp/losses`. */
  readonly reduction: 'mean' | 'sum';
  /**
   * Sets `value` to the loss of one output and `derivative` to its derivative, for four samples and before the
   * reduction over outputs. Each option is in all four lanes.
   */
  emit(
    context: KernelContext,
    x: Local,
    t: Local,
    derivative: Local,
    value: Local,
    options: Readonly<Record<string, Code>>,
  ): Code;
}

/** A loss whose derivative depends on all outputs. Its kernel computes dloss/dx of all outputs (case 1). */
export interface SampleLossKernel {
  readonly options?: undefined;
  /**
   * Emits a function that takes no arguments, writes the dLossDx rows of the outputs, and returns the weighted sum
   * of the losses of all samples.
   */
  emitAll(module: Assembler, multiplyAdd: MultiplyAdd): Callable;
}

export type LossKernel = ElementwiseLossKernel | SampleLossKernel;
