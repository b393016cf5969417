/** The record of a built-in activation: every fact that documentation, formats, tests and user interfaces need. */
import type { Activation, OptionRecord } from '@nnbp/core';

/** Everything about a built-in activation besides its code. */
export interface ActivationRecord {
  /** The activation with its default options. */
  readonly activation: Activation;
  /** The activation with these options. Omitted options have their defaults. */
  make(options: Readonly<Record<string, number>>): Activation;
  /** The options by name. Empty for most. */
  readonly options: Readonly<Record<string, OptionRecord>>;
  /** g(h) in LaTeX. */
  readonly formula: string;
  /** g′(h) in LaTeX. It may use g. */
  readonly derivative: string;
  /** Infimum and supremum of g with default options. */
  readonly range: readonly [low: number, high: number];
}
