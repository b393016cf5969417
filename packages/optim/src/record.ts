/** The record of a built-in optimizer: every fact that documentation, tests and user interfaces need. */
import type { Optimizer, OptionRecord } from '@nnbp/core';

/** Everything about a built-in optimizer besides its code. */
export interface OptimizerRecord {
  /**
   * The optimizer with these options. Omitted options have their defaults. `rprop` takes `learningRate` as its initial
   * step size.
   */
  make(options: Readonly<Record<string, number>>): Optimizer;
  /** The options by name. Switches are 0 or 1. */
  readonly options: Readonly<Record<string, OptionRecord>>;
  /** The update of a parameter p with gradient g, in LaTeX. */
  readonly formula: string;
}
