/** What the derivation panel shows: numbers that can be derived, of a sample or of a sequence. */
import type { Derivation, QuantityName, Step } from '@nnbp/explain';

export interface Derivable {
  /** Assumed values, by node, which replace the computed ones. */
  readonly given: Readonly<Record<string, number>>;
  /** The derivation of a number. */
  derivation(what: QuantityName): Step;
  /** The same derivation as text, Markdown and LaTeX, with the engine's numbers. */
  explanation(what: QuantityName): Derivation;
  /** dloss/dp of a parameter by finite differences; undefined for anything else. */
  measured(what: QuantityName): number | undefined;
}
