/** The record of a built-in loss: the facts that documentation, formats, tests and user interfaces need. */
import type { Loss, OptionRecord } from '@nnbp/core';

/** Describes a built-in loss. */
export interface LossRecord {
  /** Returns the loss with the given options. Omitted options have their default values. */
  make(options: Readonly<Record<string, number>>): Loss;
  /** The options by name. Empty for most losses. */
  readonly options: Readonly<Record<string, OptionRecord>>;
  /** The loss in LaTeX: for one output if `reduction` is `mean`, else for one sample. */
  readonly formula: string;
  /** ∂loss/∂x_k in LaTeX, before the mean over outputs. */
  readonly derivative: string;
  /** Whether the loss of a sample is the mean or the sum over its outputs. */
  readonly reduction: 'mean' | 'sum';
  /**
   * The task: predicting numbers (`regression`), a yes/no decision per output (`binary`), one of several classes
   * (`classes`), the number of events (`counts`), or a probability distribution (`distribution`).
   */
  readonly task: 'regression' | 'binary' | 'classes' | 'counts' | 'distribution';
  /** The meaning of an output value. `logit`: the logarithm of the odds; `score`: positive means yes. */
  readonly output: 'number' | 'probability' | 'logit' | 'score' | 'logRate' | 'logProbability';
  /** The lowest and the highest valid target. */
  readonly targets: readonly [low: number, high: number];
}
