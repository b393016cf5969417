/**
 * The derivation of one number: think of a teacher who is asked "where does this come from?", writes the answer down,
 * and goes on for as long as one asks.
 */
import { expectInteger, type Loss, type Network, NnbpError, type Row } from '@nnbp/core';
import { type Language, words } from './language.js';
import { aligned, markdown } from './markup.js';
import { outline } from './outline.js';
import { parseQuantity, type QuantityName } from './quantity.js';
import { ReadingOrder } from './reading-order.js';
import { DerivationStep, type Step } from './step.js';
import { text } from './text.js';
import { expectWorked, numberOf, type Worked, workThrough, workThroughSequence } from './worked.js';

/** A parameter, by its node: its derivative is meant. */
export type ParameterOf =
  | {
      /** The author's id. */
      readonly node: string;
      /** The bias or the scale. */
      readonly parameter: 'b' | 'c';
    }
  | {
      /** The author's id. */
      readonly node: string;
      /** A weight… */
      readonly parameter: 'w';
      /** …of the edge from this node. */
      readonly from: string;
    };

/** How a derivation is written, and how much of it. */
export interface WritingOptions {
  /** English, the default, or Chinese. */
  readonly language?: Language;
  /** Of a longer sum, the first `most` − 1 summands and the last are shown, and how many are between. From 2; default 6. */
  readonly most?: number;
  /** Levels of the backward tree. From 1; default 12. */
  readonly depth?: number;
  /** The most steps derived, backwards and forwards each: those nearest to what is asked. From 1; default 300. */
  readonly steps?: number;
  /** Numbers are rounded to so many significant digits, but for the one that is asked. 1 to 17 (all); default 6. */
  readonly digits?: number;
}

/** Where a number comes from: as a tree to walk in, and in writing. */
export interface Derivation {
  /** What was asked. Any branch can be followed through `terms`. */
  readonly root: Step;
  /**
   * For a terminal: backwards as a tree, each quantity derived where it is first needed and reused after that, and
   * forwards as a list.
   *
   * @throws NnbpError `OUT_OF_RANGE`; so do the next two
   */
  text(options?: WritingOptions): string;
  /** The same as nested lists, formulas between dollar signs. */
  markdown(options?: WritingOptions): string;
  /** The same as one `aligned` block, without dollar signs, for KaTeX or LaTeX with amsmath. */
  latex(options?: WritingOptions): string;
}

/**
 * Explains one number of a pass over one sample: a derivative, or anything else the pass keeps. Every number is the
 * reference engine's, to the last bit.
 *
 * @param input - As for `backpropagate`, in the data's own units.
 * @param what - A name as in "dloss/dw_2to4", "dloss/dx_4" or "x_4"; or a node's parameter, for its derivative.
 * @throws NnbpError `UNKNOWN_ID`, `FIXED_PARAMETER` (nothing has that name), and as `backpropagate`
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
  return derivationOf(workThrough(network, input, target, loss), what);
}

/**
 * Explains one number of a pass through time. A quantity of a step has its number behind the id: `x_h@2`, `dloss/dx_h@0`,
 * and `x_h@-1` is the value before the first step. A parameter has one derivative, a mean over the steps that have a target
 * of a sum over all steps: `dloss/dw_htoh`. Every number is the reference engine's, to the last bit.
 *
 * @param inputs - A row per step, as for `backpropagateSequence`.
 * @param targets - A row per step, or null for a step without a target.
 * @param what - A name, or a node's parameter. Where an id has two edges from another one, of which one is delayed, the name
 * of the weight says which: `dloss/dw_x@-1toh`.
 * @throws NnbpError `UNKNOWN_ID`, `FIXED_PARAMETER`, and as `backpropagateSequence`
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
 * // The sum over the steps: 2 · 2 from the second, 4 · 0 from the first.
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
  return derivationOf(workThroughSequence(network, inputs, targets, loss), what);
}

function derivationOf(worked: Worked, what: string | ParameterOf | QuantityName): Derivation {
  const ofParameter = typeof what === 'string' && /^dloss\/d[bcw]_/.test(what);
  const graph = ofParameter ? (worked.folded ?? worked.graph) : worked.graph;
  const quantity = typeof what === 'string' ? parseQuantity(graph, what) : named(worked, what);
  const value = numberOf(worked, quantity);
  const write = (form: typeof text, options: WritingOptions = {}): string => {
    const { language = 'en', most = 6, depth = 12, steps = 300, digits = 6 } = options;
    if (!Object.hasOwn(words, language)) {
      throw new NnbpError('OUT_OF_RANGE', `language: expected "en" or "zh", received "${language}".`);
    }
    expectInteger('most', most, 2);
    expectInteger('depth', depth, 1);
    expectInteger('steps', steps, 1);
    expectInteger('digits', digits, 1, 17);
    const shown = outline(worked, quantity, value, { most, depth, steps });
    return form({ letter: quantity, value, standardized: worked.targetUnits }, shown, words[language], {
      most,
      digits,
    });
  };
  return {
    root: new DerivationStep(worked, quantity, value, new ReadingOrder(worked, quantity)),
    text: (options) => write(text, options),
    markdown: (options) => write(markdown, options),
    latex: (options) => write(aligned, options),
  };
}

function named(worked: Worked, what: ParameterOf | QuantityName): QuantityName {
  if ('quantity' in what) return expectWorked(worked, what);
  const quantity = ({ b: 'dLossDb', c: 'dLossDc', w: 'dLossDw' } as const)[what.parameter];
  if (quantity === undefined) {
    throw new NnbpError('UNKNOWN_ID', `parameter: expected "b", "c" or "w", received "${what.parameter}".`);
  }
  return expectWorked(worked, { quantity, node: what.node, ...('from' in what && { from: what.from }) });
}
