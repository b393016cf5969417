/**
 * Finds where each quantity occurs first when a derivation is read depth-first: there it is computed, everywhere else
 * reused. Runs once per derivation, without recursion, in time proportional to the edges.
 */
import { type Derived, expressionOf, readsOf } from './expression.js';
import { edgeNamed } from './quantity.js';
import type { Worked } from './worked.js';

const kinds = ['h', 'g', 'x', 'slope', 'dLossDx'];

/** The first occurrence of every quantity below a root. */
export class ReadingOrder {
  #first: Map<number, { readonly above: number; readonly index: number }> | undefined;

  constructor(
    private readonly worked: Worked,
    private readonly root: Derived,
  ) {}

  /** Whether `letter`, the term of `above` at this position, is its first occurrence. */
  isFirst(letter: Derived, above: Derived, index: number): boolean {
    this.#first ??= this.#read();
    const first = this.#first.get(this.#key(letter));
    return first?.index === index && first.above === this.#key(above);
  }

  #read() {
    const { worked } = this;
    const first = new Map<number, { readonly above: number; readonly index: number }>();
    const open = (letter: Derived) => ({
      key: this.#key(letter),
      reads: readsOf(expressionOf(worked, letter)),
      next: 0,
    });
    const stack = [open(this.root)];
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      if (top.next === top.reads.length) {
        stack.pop();
        continue;
      }
      const index = top.next++;
      const { letter } = top.reads[index];
      const key = this.#key(letter);
      if (first.has(key)) continue;
      first.set(key, { above: top.key, index });
      stack.push(open(letter));
    }
    return first;
  }

  /** A number for each quantity; −1 for the derivative of a parameter, which can only be the root. */
  #key(letter: Derived): number {
    const { graph } = this.worked;
    if ('caseOneOf' in letter) return kinds.length * graph.nodeCount + graph.indexOf(letter.caseOneOf);
    if (letter.quantity === 'dAdz')
      return (kinds.length + 1) * graph.nodeCount + edgeNamed(graph, letter.from!, graph.indexOf(letter.node));
    const kind = kinds.indexOf(letter.quantity);
    return kind < 0 ? -1 : kind * graph.nodeCount + graph.indexOf(letter.node);
  }
}
