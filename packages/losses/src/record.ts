/** The record of a built-in loss: every fact that documentation, formats, tests and user interfaces need. */
import type { Loss, OptionRecord } from '@nnbp/core';

/** Everything about a built-in loss besides its code. */
export interface LossRecord {
  /** The loss with these options. Omitted options have their defaults. */
  make(options: Readonly<Record<string, number>>): Loss;
  /** The options by name. Empty for most. */
  readonly options: Readonly<Record<string, OptionRecord>>;
  /** The loss in LaTeX: of one output for a mean over outputs, else of a sample. */
  readonly formula: string;
  /** ∂loss/∂x_k in LaTeX, before the mean over outputs. */
  readonly derivative: string;
  /** Whether a sample's loss is the mean or the sum over its outputs. */
  readonly reduction: 'mean' | 'sum';
  /**
   * The task: numbers (`regression`), yes or no for each output (`binary`), one class of several (`classes`), how
   * often something happens (`counts`), a probability distribution (`distribution`).
   */
  readonly task: 'regression' | 'binary' | 'classes' | 'counts' | 'distribution';
  /** The meaning of an output node's value. `logit`: the logarithm of the odds; `score`: positive for yes. */
  readonly output: 'number' | 'probability' | 'logit' | 'score' | 'logRate' | 'logProbability';
  /** The lowest and the highest valid target. */
  readonly targets: readonly [low: number, high: number];
}
