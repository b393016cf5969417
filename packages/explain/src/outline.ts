/**
 * The outline of a written derivation: a backward tree from the requested quantity to the loss, and a forward list from
 * the inputs. Each quantity is derived once and then reused. Building the outline uses no recursion and visits only the
 * quantities that are shown.
 */
import { type Derived, shownIndices, type Expression, expressionOf, isDerived } from './expression.js';
import { nameOf } from './quantity.js';
import type { Computation } from './computation.js';

export interface Limits {
  /** Maximum number of terms of a sum, and of entries of a list. */
  readonly maxTerms: number;
  readonly depth: number;
  /** Maximum number of derived quantities in the tree, and of quantities in the forward list. */
  readonly steps: number;
}

export interface Line {
  readonly symbol: Derived;
  readonly value: number;
  readonly expression: Expression;
}

/**
 * An entry of the tree. Its parent is the nearest entry before it with a smaller depth. `last` is true for the last
 * child of a parent.
 */
export type Branch = { readonly depth: number; readonly last: boolean } & (
  | ({ readonly state: 'derived' | 'reused' | 'notExpanded' } & Line)
  | { readonly state: 'omitted'; readonly count: number }
);

/** The requested quantity. */
export interface Heading {
  readonly symbol: Derived;
  readonly value: number;
  /** Whether targets, and therefore the loss, are in standardized units. */
  readonly standardized: boolean;
}

export interface Outline {
  readonly backward: readonly Branch[];
  readonly forward: readonly Line[];
  /** Whether the forward list omits quantities that it depends on. */
  readonly forwardIsTruncated: boolean;
}

/** Returns the cases of backpropagation that a tree uses to derive its quantities. */
export const casesIn = (branches: readonly Branch[]): (1 | 2 | 3)[] =>
  ([1, 2, 3] as const).filter((caseNumber) =>
    branches.some((branch) => branch.state === 'derived' && branch.expression.case === caseNumber),
  );

export function outline(computation: Computation, root: Derived, value: number, limits: Limits): Outline {
  const requested = { symbol: root, value };
  const backward = isForward(root) ? [] : tree(computation, requested, limits);
  const read = isForward(root)
    ? [requested]
    : backward.flatMap((branch) =>
        branch.state === 'derived' ? shownReads(branch.expression, limits.maxTerms).filter(isForwardRead) : [],
      );
  return { backward, ...list(computation, read, limits) };
}

interface Read {
  readonly symbol: Derived;
  readonly value: number;
}

const forwardKinds = ['h', 'g', 'x'];
const isForward = (symbol: Derived) => 'quantity' in symbol && forwardKinds.includes(symbol.quantity);
const isForwardRead = (read: Read | number): read is Read => typeof read === 'object' && isForward(read.symbol);

/** The quantities that a shown formula reads. An entry that is a number stands for that many omitted terms. */
function shownReads({ count, summand, forms }: Expression, maxTerms: number): (Read | number)[] {
  return shownIndices(count, maxTerms).flatMap((k): (Read | number)[] => {
    if (k < 0) return [count - maxTerms];
    const factors = summand(k);
    // With `forms`, the factors are the entries of lists, which are abbreviated. Otherwise, they are the factors of a
    // product, which is shown in full.
    const shown = shownIndices(factors.length, forms === undefined ? Infinity : maxTerms).filter((at) => at >= 0);
    return shown.flatMap((at) => {
      const { symbol, value } = factors[at];
      return isDerived(symbol) ? [{ symbol, value }] : [];
    });
  });
}

/** The entries of the backward tree in depth-first order. */
function tree(computation: Computation, root: Read, limits: Limits): Branch[] {
  const withinLimit = nearest(computation, [root], limits, (read) => !isForward(read.symbol));
  const derived = new Set<string>();
  const branches: Branch[] = [];
  const stack: { readonly read: Read | number; readonly depth: number; readonly last: boolean }[] = [
    { read: root, depth: 0, last: true },
  ];
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    const { read, depth, last } = entry;
    if (typeof read === 'number') {
      branches.push({ depth, last, state: 'omitted', count: read });
      continue;
    }
    const key = keyOf(read.symbol);
    const expression = expressionOf(computation, read.symbol);
    if (derived.has(key) || depth >= limits.depth || !withinLimit.has(key)) {
      branches.push({ depth, last, ...read, expression, state: derived.has(key) ? 'reused' : 'notExpanded' });
      continue;
    }
    derived.add(key);
    branches.push({ depth, last, ...read, expression, state: 'derived' });
    const below = shownReads(expression, limits.maxTerms).filter((term) => !isForwardRead(term));
    for (let k = below.length - 1; k >= 0; k--) {
      stack.push({ read: below[k], depth: depth + 1, last: k === below.length - 1 });
    }
  }
  return branches;
}

/** The forward quantities in `read` and those that they depend on, in the order of computation. */
function list(
  computation: Computation,
  read: readonly Read[],
  limits: Limits,
): Pick<Outline, 'forward' | 'forwardIsTruncated'> {
  const chosen = nearest(computation, read, limits, () => true);
  const forward = [...chosen.values()].map((line) => ({ ...line, expression: expressionOf(computation, line.symbol) }));
  const position = ({ symbol }: Read) => {
    const { quantity, node } = symbol as Extract<Derived, { quantity: unknown }>;
    return computation.graph.indexOf(node) * forwardKinds.length + forwardKinds.indexOf(quantity);
  };
  const forwardIsTruncated =
    read.some(({ symbol }) => !chosen.has(keyOf(symbol))) ||
    forward.some(({ expression }) =>
      shownReads(expression, limits.maxTerms).some((term) => isForwardRead(term) && !chosen.has(keyOf(term.symbol))),
    );
  return { forward: forward.sort((a, b) => position(a) - position(b)), forwardIsTruncated };
}

/** Returns the quantities that a breadth-first search from `from` visits, at most `steps` of them. */
function nearest(
  computation: Computation,
  from: readonly Read[],
  { maxTerms, steps }: Limits,
  follow: (read: Read) => boolean,
): Map<string, Read> {
  const reads = new Map<string, Read>();
  const queue = [...from];
  // The loop appends to the queue that it iterates over.
  for (const read of queue) {
    if (reads.size === steps) break;
    const key = keyOf(read.symbol);
    if (reads.has(key)) continue;
    reads.set(key, read);
    for (const term of shownReads(expressionOf(computation, read.symbol), maxTerms)) {
      if (typeof term === 'object' && follow(term)) queue.push(term);
    }
  }
  return reads;
}

const keyOf = (symbol: Derived): string => ('caseOneOf' in symbol ? `case 1 ${symbol.caseOneOf}` : nameOf(symbol));
