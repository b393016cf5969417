/** The record of a built-in activation: the facts that documentation, formats, tests and user interfaces need. */
import type { Activation, OptionRecord } from '@nnbp/core';

/** Describes a built-in activation. */
export interface ActivationRecord {
  /** The activation with its default options. */
  readonly activation: Activation;
  /** Returns the activation with the given options. Omitted options have their default values. */
  make(options: Readonly<Record<string, number>>): Activation;
  /** The options by name. Empty for most activations. */
  readonly options: Readonly<Record<string, OptionRecord>>;
  /** g(h) in LaTeX. */
  readonly formula: string;
  /** g′(h) in LaTeX. The formula can contain g. */
  readonly derivative: string;
  /** The infimum and supremum of g with default options. */
  readonly range: readonly [low: number, high: number];
}
