/** The interface that the derivation panel needs: derivations of the numbers of a sample or a sequence. */
import type { Derivation, QuantityName, Step } from '@nnbp/explain';

export interface Derivable {
  /** Values by node id that replace the computed ones; empty for most exercises. */
  readonly assumed: Readonly<Record<string, number>>;
  /** The derivation of a number. */
  derivation(name: QuantityName): Step;
  /** The same derivation as text, Markdown and LaTeX, with computed values instead of assumed ones. */
  explanation(name: QuantityName): Derivation;
  /** dloss/dp by finite differences; undefined if `name` is not a parameter derivative. */
  measured(name: QuantityName): number | undefined;
}
