/** Explains how one number of a pass was computed, as a tree of steps and as text, Markdown or LaTeX. */
import { expectInteger, type Loss, mismatch, type Network, type Row } from '@nnbp/core';
import { type Language, words } from './language.js';
import { aligned, markdown } from './markup.js';
import { outline } from './outline.js';
import { parseQuantity, type QuantityName } from './quantity.js';
import { ReadingOrder } from './reading-order.js';
import { DerivationStep, type Step } from './step.js';
import { text } from './text.js';
import { expectComputed, numberOf, type Computation, computePass, computeSequence } from './computation.js';

/** A parameter of a node, to request the derivative of the loss with respect to this parameter. */
export type ParameterOf =
  | {
      /** The id of the node. */
      readonly node: string;
      /** Bias b or scale c. */
      readonly parameter: 'b' | 'c';
    }
  | {
      /** The id of the node. */
      readonly node: string;
      /** Weight w. */
      readonly parameter: 'w';
      /** Id of the predecessor. */
      readonly from: string;
    };

/** Language and size limits of a written derivation. */
export interface WritingOptions {
  /** English or Chinese. Default: 'en'. */
  readonly language?: Language;
  /** Maximum number of terms of a sum, ≥ 2. Longer sums show the first terms and the last one. Default: 6. */
  readonly maxTerms?: number;
  /** Maximum depth of the backward tree, ≥ 1. Default: 12. */
  readonly depth?: number;
  /**
   * Maximum number of backward steps, and of forward steps, ≥ 1. The steps farthest from the requested quantity are
   * omitted first. Default: 300.
   */
  readonly steps?: number;
  /** Significant digits, 1 to 17. Default: 6. The requested number in the first line always has all its digits. */
  readonly digits?: number;
}

/** The derivation of a number: a tree of steps, and functions that write it. */
export interface Derivation {
  /** The step of the requested quantity. Its `terms` are the steps that it depends on. */
  readonly root: Step;
  /**
   * Plain text for a terminal: the backward steps as a tree, the forward steps as a list. Each quantity is derived
   * where it is first needed and marked as reused after that.
   *
   * @throws NnbpError `OUT_OF_RANGE`; `markdown` and `latex` throw it too
   */
  text(options?: WritingOptions): string;
  /** Nested Markdown lists, with formulas between dollar signs. */
  markdown(options?: WritingOptions): string;
  /** One `aligned` environment, without dollar signs, for KaTeX or LaTeX with amsmath. */
  latex(options?: WritingOptions): string;
}

/**
 * Explains one number of a pass over one sample: a derivative, or any other number of the cache. All numbers are
 * bit-identical to the reference engine's.
 *
 * @param input - One sample in the original units of the data, as for `backpropagate`.
 * @param what - A name such as "dloss/dw_2to4", "dloss/dx_4" or "x_4", or a parameter. For a parameter, explains the
 * derivative of the loss with respect to it.
 * @throws NnbpError `UNKNOWN_ID`, `FIXED_PARAMETER`, `UNSUPPORTED` (a graph with delays), and any error thrown by
 * `backpropagate`
 *
 * @example
 * ```ts
 * import { sigmoid } from '@nnbp/activations';
 * import { mlp, Network } from '@nnbp/core';
 * import { explain } from '@nnbp/explain';
 * import { mse } from '@nnbp/losses';
 *
 * const network = new Network(mlp([1, 1, 1], { activation: sigmoid }), { seed: 1 });
 * const { root, text } = explain(network, [0.5], [1], mse(), { node: 'layer1.0', parameter: 'b' });
 * root.case; // 3
 * root.terms.map((step) => step.case); // [2, 3]
 * text({ language: 'zh' }).includes('场景 3'); // true
 * ```
 */
export function explain(
  network: Network,
  input: Row,
  target: Row,
  loss: Loss,
  what: string | ParameterOf | QuantityName,
): Derivation {
  return derivationOf(computePass(network, input, target, loss), what);
}

/**
 * Explains one number of a pass over a sequence. In names, the time step follows the id: `x_h@2`, `dloss/dx_h@0`;
 * `x_h@-1` is the value before the first time step. A parameter has one derivative for the whole sequence, such as
 * `dloss/dw_htoh`: the sum over all time steps, divided by the number of time steps with a target. All numbers are
 * bit-identical to the reference engine's.
 *
 * @param inputs - [time steps × inputs], as for `backpropagateSequence`.
 * @param targets - One row per time step; null for a time step without a target.
 * @param what - A name or a parameter. If several edges lead from one node to another, the weight of a delayed one has
 * the delay in its name: `dloss/dw_x@-1toh`.
 * @throws NnbpError `UNKNOWN_ID`, `FIXED_PARAMETER`, and any error thrown by `backpropagateSequence`
 *
 * @example
 * ```ts
 * import { identity } from '@nnbp/activations';
 * import { delayed, GraphBuilder, Network } from '@nnbp/core';
 * import { explainSequence } from '@nnbp/explain';
 * import { mse } from '@nnbp/losses';
 *
 * const builder = new GraphBuilder();
 * const from = [builder.input('x'), delayed('h')];
 * builder.output(builder.node('h', { from, activation: identity, fixed: { b: 0, c: 1 } }));
 * const network = new Network(builder.build(), { initializer: () => 2 });
 * const { root } = explainSequence(network, [[1], [1]], [null, [5]], mse(), 'dloss/dw_htoh');
 * // The sum over the time steps: 2 · 2 from the second, 4 · 0 from the first.
 * root.value; // 4
 * ```
 */
export function explainSequence(
  network: Network,
  inputs: ArrayLike<Row>,
  targets: ArrayLike<Row | null>,
  loss: Loss,
  what: string | ParameterOf | QuantityName,
): Derivation {
  return derivationOf(computeSequence(network, inputs, targets, loss), what);
}

function derivationOf(computation: Computation, what: string | ParameterOf | QuantityName): Derivation {
  const isParameterDerivative = typeof what === 'string' && /^dloss\/d[bcw]_/.test(what);
  const graph = isParameterDerivative ? (computation.delayedGraph ?? computation.graph) : computation.graph;
  const quantity = typeof what === 'string' ? parseQuantity(graph, what) : named(computation, what);
  const value = numberOf(computation, quantity);
  const write = (form: typeof text, options: WritingOptions = {}): string => {
    const { language = 'en', maxTerms = 6, depth = 12, steps = 300, digits = 6 } = options;
    if (!Object.hasOwn(words, language)) {
      throw mismatch('OUT_OF_RANGE', 'language', '"en" or "zh"', language);
    }
    expectInteger('maxTerms', maxTerms, 2);
    expectInteger('depth', depth, 1);
    expectInteger('steps', steps, 1);
    expectInteger('digits', digits, 1, 17);
    const shown = outline(computation, quantity, value, { maxTerms, depth, steps });
    return form({ symbol: quantity, value, standardized: computation.targetsStandardized }, shown, words[language], {
      maxTerms,
      digits,
    });
  };
  return {
    root: new DerivationStep(computation, quantity, value, new ReadingOrder(computation, quantity)),
    text: (options) => write(text, options),
    markdown: (options) => write(markdown, options),
    latex: (options) => write(aligned, options),
  };
}

function named(computation: Computation, what: ParameterOf | QuantityName): QuantityName {
  if ('quantity' in what) return expectComputed(computation, what);
  const quantity = ({ b: 'dLossDb', c: 'dLossDc', w: 'dLossDw' } as const)[what.parameter];
  if (quantity === undefined) {
    throw mismatch('UNKNOWN_ID', 'parameter', '"b", "c" or "w"', what.parameter);
  }
  return expectComputed(computation, { quantity, node: what.node, ...('from' in what && { from: what.from }) });
}
