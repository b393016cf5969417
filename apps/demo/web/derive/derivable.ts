/** The interface that the derivation panel needs: derivations of the quantities that backpropagation computes. */
import type { Derivation, QuantityName, Step } from '@nnbp/explain';

export interface Derivable {
  /** Values of x that replace the computed ones, by node id. Empty for most exercises. */
  readonly assumed: Readonly<Record<string, number>>;
  /** The root step of the derivation of a quantity. */
  rootStep(name: QuantityName): Step;
  /** The derivation to export as text, Markdown or LaTeX. Shows the computed values of x, not the assumed ones. */
  explanation(name: QuantityName): Derivation;
  /** dloss/dp by finite differences; undefined if `name` is not a parameter derivative. */
  measured(name: QuantityName): number | undefined;
}
