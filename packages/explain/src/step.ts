/**
 * One step of a derivation. The steps it depends on are created when they are read, so the derivation of a large graph
 * costs nothing until then.
 */
import { type Derived, type Expression, expressionOf, readsOf } from './expression.js';
import { latex } from './notation.js';
import type { QuantityName } from './quantity.js';
import type { ReadingOrder } from './reading-order.js';
import { type Extent, formulas, numbers } from './right-hand-side.js';
import type { Computation } from './computation.js';

/** A number with its name, its formula and the steps it depends on. */
export interface Step {
  /** The quantity. It is `dLossDx` even if the step computes only the case 1 part of `dLossDx` (see `case`). */
  readonly quantity: QuantityName;
  /**
   * The case of backpropagation that computes the quantity, or `forward` for the forward pass. `dLossDx` of an
   * output with successors is case 2, and its first term is the case 1 part. A slope counts as case 3, since it depends
   * only on its own node.
   */
  readonly case: 1 | 2 | 3 | 'forward';
  /** The number, bit-identical to the reference engine's. */
  readonly value: number;
  /**
   * `computed` where the quantity occurs first when the derivation is read depth-first. Everywhere else `reused`: the
   * number comes from the gradient cache.
   */
  readonly state: 'computed' | 'reused';
  /** LaTeX of the quantity and its formula. Long sums are abbreviated. */
  readonly formula: string;
  /** LaTeX of the formula with numbers, rounded to six digits. */
  readonly numbers: string;
  /** The steps that this one depends on, in the order in which the engine uses them. Created when read. */
  readonly terms: readonly Step[];
  /** Number of summands in the formula: 1 for a product, 0 for an input or an empty sum. */
  readonly summands: number;
}

const extent: Extent = { maxTerms: 6, digits: 6 };

export class DerivationStep implements Step {
  readonly case: Step['case'];
  readonly quantity: QuantityName;
  readonly #expression: Expression;
  #terms: readonly DerivationStep[] | undefined;

  constructor(
    private readonly computation: Computation,
    private readonly symbol: Derived,
    readonly value: number,
    private readonly order: ReadingOrder,
    private readonly parent?: DerivationStep,
    private readonly index = 0,
  ) {
    this.quantity = 'caseOneOf' in symbol ? { quantity: 'dLossDx', node: symbol.caseOneOf } : symbol;
    this.#expression = expressionOf(computation, symbol);
    this.case = this.#expression.case;
  }

  get state(): Step['state'] {
    return this.#isFirst() ? 'computed' : 'reused';
  }

  get formula(): string {
    return [latex.symbol(this.symbol), ...formulas(this.#expression, latex, extent)].join(' = ');
  }

  get numbers(): string {
    return numbers(this.#expression, latex, extent);
  }

  get summands(): number {
    return this.#expression.count;
  }

  get terms(): readonly DerivationStep[] {
    this.#terms ??= readsOf(this.#expression).map(
      ({ symbol, value }, index) => new DerivationStep(this.computation, symbol, value, this.order, this, index),
    );
    return this.#terms;
  }

  /**
   * Whether this step and all steps above it are the first occurrences of their quantities. Uses a loop, because a
   * derivation can be ten thousand steps deep.
   */
  #isFirst(): boolean {
    let { symbol, parent, index } = this as DerivationStep;
    while (parent !== undefined) {
      if (!this.order.isFirst(symbol, parent.symbol, index)) return false;
      ({ symbol, parent, index } = parent);
    }
    return true;
  }
}
