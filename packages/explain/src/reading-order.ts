/**
 * Finds where each quantity occurs first when a derivation is read depth-first. The quantity is computed there and
 * reused everywhere else. Runs once per derivation, without recursion, in time proportional to the number of edges.
 */
import { type Derived, expressionOf, readsOf } from './expression.js';
import { edgeNamed } from './quantity.js';
import type { Computation } from './computation.js';

const kinds = ['h', 'g', 'x', 'slope', 'dLossDx'];

/** The first occurrence of every quantity below a root. */
export class ReadingOrder {
  #first: Map<number, { readonly parent: number; readonly index: number }> | undefined;

  constructor(
    private readonly computation: Computation,
    private readonly root: Derived,
  ) {}

  /** Whether the term of `parent` at `index` is the first occurrence of `symbol`. */
  isFirst(symbol: Derived, parent: Derived, index: number): boolean {
    this.#first ??= this.#read();
    const first = this.#first.get(this.#key(symbol));
    return first?.index === index && first.parent === this.#key(parent);
  }

  #read() {
    const { computation } = this;
    const first = new Map<number, { readonly parent: number; readonly index: number }>();
    const open = (symbol: Derived) => ({
      key: this.#key(symbol),
      reads: readsOf(expressionOf(computation, symbol)),
      next: 0,
    });
    const stack = [open(this.root)];
    while (stack.length > 0) {
      const frame = stack[stack.length - 1];
      if (frame.next === frame.reads.length) {
        stack.pop();
        continue;
      }
      const index = frame.next++;
      const { symbol } = frame.reads[index];
      const key = this.#key(symbol);
      if (first.has(key)) continue;
      first.set(key, { parent: frame.key, index });
      stack.push(open(symbol));
    }
    return first;
  }

  /** A unique number for each quantity; −1 for a parameter derivative, which can only be the root. */
  #key(symbol: Derived): number {
    const { graph } = this.computation;
    if ('caseOneOf' in symbol) return kinds.length * graph.nodeCount + graph.indexOf(symbol.caseOneOf);
    if (symbol.quantity === 'dAdz')
      return (kinds.length + 1) * graph.nodeCount + edgeNamed(graph, symbol.from!, graph.indexOf(symbol.node));
    const kind = kinds.indexOf(symbol.quantity);
    return kind < 0 ? -1 : kind * graph.nodeCount + graph.indexOf(symbol.node);
  }
}
