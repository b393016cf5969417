/**
 * One step of a derivation: think of a line of an exercise, with the lines it rests on behind it. They are made when
 * someone asks for them, so that the derivation of a deep or wide graph costs nothing until it is read.
 */
import { type Derived, type Expression, expressionOf, readsOf } from './expression.js';
import { latex } from './notation.js';
import type { QuantityName } from './quantity.js';
import type { ReadingOrder } from './reading-order.js';
import { type Extent, formulas, numbers } from './right-hand-side.js';
import type { Worked } from './worked.js';

/** A number, what it is and where it comes from. */
export interface Step {
  /** What is computed. For the case 1 part of an output with successors: that output's `dLossDx`. */
  readonly quantity: QuantityName;
  /**
   * Which case computes it. An output with successors is case 2, and its first term is its case 1. A slope is case 3:
   * it is found inside the node.
   */
  readonly case: 1 | 2 | 3 | 'forward';
  /** The engine's number, to the last bit. */
  readonly value: number;
  /**
   * `computed` where the quantity stands for the first time when the derivation is read from the top, each step followed
   * by its terms; `reused` everywhere else: there the number comes from the gradient cache.
   */
  readonly state: 'computed' | 'reused';
  /** LaTeX: the quantity and its formula. A long sum shows its first and last terms, and how many are between. */
  readonly formula: string;
  /** LaTeX: the formula with its numbers, rounded to six digits. */
  readonly numbers: string;
  /** The steps this one needs, in the order in which the engine uses them. Made when read. */
  readonly terms: readonly Step[];
  /** How many summands the formula has; 1 for a product, 0 for an input and for an empty sum. */
  readonly summands: number;
}

/** Of a long sum. */
const extent: Extent = { most: 6, digits: 6 };

/** A step that knows its place, from which it makes the rest. */
export class DerivationStep implements Step {
  readonly case: Step['case'];
  readonly quantity: QuantityName;
  readonly #expression: Expression;
  #terms: readonly DerivationStep[] | undefined;

  constructor(
    private readonly worked: Worked,
    private readonly letter: Derived,
    readonly value: number,
    private readonly order: ReadingOrder,
    private readonly above?: DerivationStep,
    private readonly place = 0,
  ) {
    this.quantity = 'caseOneOf' in letter ? { quantity: 'dLossDx', node: letter.caseOneOf } : letter;
    this.#expression = expressionOf(worked, letter);
    this.case = this.#expression.case;
  }

  get state(): Step['state'] {
    return this.#isFirst() ? 'computed' : 'reused';
  }

  get formula(): string {
    return [latex.letter(this.letter), ...formulas(this.#expression, latex, extent)].join(' = ');
  }

  get numbers(): string {
    return numbers(this.#expression, latex, extent);
  }

  get summands(): number {
    return this.#expression.count;
  }

  get terms(): readonly DerivationStep[] {
    this.#terms ??= readsOf(this.#expression).map(
      ({ letter, value }, place) => new DerivationStep(this.worked, letter, value, this.order, this, place),
    );
    return this.#terms;
  }

  /** A step below a reused one is reused. A loop, since a derivation may be ten thousand steps deep. */
  #isFirst(): boolean {
    let { letter, above, place } = this as DerivationStep;
    while (above !== undefined) {
      if (!this.order.isFirst(letter, above.letter, place)) return false;
      ({ letter, above, place } = above);
    }
    return true;
  }
}
