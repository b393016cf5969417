/** The record of a built-in optimizer: the facts that documentation, tests and user interfaces need. */
import type { Optimizer, OptionRecord } from '@nnbp/core';

/** Describes a built-in optimizer. */
export interface OptimizerRecord {
  /**
   * Returns the optimizer with the given options. Omitted options have their default values. `rprop` uses
   * `learningRate` as its initial step size.
   */
  make(options: Readonly<Record<string, number>>): Optimizer;
  /** The options by name. Boolean options are 0 or 1. */
  readonly options: Readonly<Record<string, OptionRecord>>;
  /** The update of a parameter p with gradient g, in LaTeX. */
  readonly formula: string;
}
