/**
 * What a written derivation shows, and in which order: think of the table of contents. Backwards it is a tree, from
 * what is asked to the loss; forwards a list, from the inputs on. Each quantity is derived once and then reused. It is
 * made without recursion, and however large the graph is, only what will be shown is looked at.
 */
import { type Derived, ends, type Expression, expressionOf, isDerived } from './expression.js';
import type { Worked } from './worked.js';

/** How much of a derivation is shown. */
export interface Limits {
  /** Of a sum's summands, and of a loss's outputs. */
  readonly most: number;
  /** Levels of the tree. */
  readonly depth: number;
  /** Steps derived, backwards and forwards each. */
  readonly steps: number;
}

/** A quantity, its number and its formula. */
export interface Line {
  readonly letter: Derived;
  readonly value: number;
  readonly expression: Expression;
}

/** An entry of the tree, below the nearest one before it that is a level higher. */
export type Branch = { readonly depth: number; readonly last: boolean } & (
  | ({ readonly state: 'derived' | 'reused' | 'unfollowed' } & Line)
  | { readonly state: 'left out'; readonly count: number }
);

/** What is asked. */
export interface Heading {
  readonly letter: Derived;
  readonly value: number;
  /** Whether the targets, and so the loss, are in other units than the data. */
  readonly standardized: boolean;
}

/** All that is shown. */
export interface Outline {
  readonly backward: readonly Branch[];
  readonly forward: readonly Line[];
  /** Whether a line of the list reads something that has no line. */
  readonly forwardIsCut: boolean;
}

/** The cases that are derived in a tree. */
export const casesIn = (branches: readonly Branch[]): (1 | 2 | 3)[] =>
  ([1, 2, 3] as const).filter((of) =>
    branches.some((branch) => branch.state === 'derived' && branch.expression.case === of),
  );

/** The outline of the derivation of one number. */
export function outline(worked: Worked, root: Derived, value: number, limits: Limits): Outline {
  const asked = { letter: root, value };
  const backward = isForward(root) ? [] : tree(worked, asked, limits);
  const read = isForward(root)
    ? [asked]
    : backward.flatMap((branch) =>
        branch.state === 'derived' ? shownReads(branch.expression, limits.most).filter(isForwardRead) : [],
      );
  return { backward, ...list(worked, read, limits) };
}

interface Read {
  readonly letter: Derived;
  readonly value: number;
}

const forwardKinds = ['h', 'g', 'x'];
const isForward = (letter: Derived) => 'quantity' in letter && forwardKinds.includes(letter.quantity);
const isForwardRead = (read: Read | number): read is Read => typeof read === 'object' && isForward(read.letter);

/** What a formula reads where it is shown; a number in place of so many summands that are not. */
function shownReads({ count, summand, forms }: Expression, most: number): (Read | number)[] {
  return ends(count, most).flatMap((k): (Read | number)[] => {
    if (k < 0) return [count - most];
    const factors = summand(k);
    // Only a list of outputs is ever cut, never a product.
    const shown = ends(factors.length, forms === undefined ? Infinity : most).filter((at) => at >= 0);
    return shown.flatMap((at) => {
      const { letter, value } = factors[at];
      return isDerived(letter) ? [{ letter, value }] : [];
    });
  });
}

/** From the root down, each term below what it is a term of. */
function tree(worked: Worked, root: Read, limits: Limits): Branch[] {
  const affordable = nearest(worked, [root], limits, (read) => !isForward(read.letter));
  const derived = new Set<string>();
  const branches: Branch[] = [];
  const stack: { readonly read: Read | number; readonly depth: number; readonly last: boolean }[] = [
    { read: root, depth: 0, last: true },
  ];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { read, depth, last } = top;
    if (typeof read === 'number') {
      branches.push({ depth, last, state: 'left out', count: read });
      continue;
    }
    const key = keyOf(read.letter);
    const expression = expressionOf(worked, read.letter);
    if (derived.has(key) || depth >= limits.depth || !affordable.has(key)) {
      branches.push({ depth, last, ...read, expression, state: derived.has(key) ? 'reused' : 'unfollowed' });
      continue;
    }
    derived.add(key);
    branches.push({ depth, last, ...read, expression, state: 'derived' });
    const below = shownReads(expression, limits.most).filter((term) => !isForwardRead(term));
    for (let k = below.length - 1; k >= 0; k--) {
      stack.push({ read: below[k], depth: depth + 1, last: k === below.length - 1 });
    }
  }
  return branches;
}

/** What was read and what that was made of, in the engine's order. */
function list(worked: Worked, read: readonly Read[], limits: Limits): Pick<Outline, 'forward' | 'forwardIsCut'> {
  const chosen = nearest(worked, read, limits, () => true);
  const forward = [...chosen.values()].map((line) => ({ ...line, expression: expressionOf(worked, line.letter) }));
  const place = ({ letter }: Read) => {
    const { quantity, node } = letter as Extract<Derived, { quantity: unknown }>;
    return worked.graph.indexOf(node) * forwardKinds.length + forwardKinds.indexOf(quantity);
  };
  const forwardIsCut =
    read.some(({ letter }) => !chosen.has(keyOf(letter))) ||
    forward.some(({ expression }) =>
      shownReads(expression, limits.most).some((term) => isForwardRead(term) && !chosen.has(keyOf(term.letter))),
    );
  return { forward: forward.sort((a, b) => place(a) - place(b)), forwardIsCut };
}

/** The first quantities one meets, level by level, as many as may be derived. */
function nearest(
  worked: Worked,
  from: readonly Read[],
  { most, steps }: Limits,
  follow: (read: Read) => boolean,
): Map<string, Read> {
  const found = new Map<string, Read>();
  const queue = [...from];
  // The queue grows while it is read.
  for (const read of queue) {
    if (found.size === steps) break;
    const key = keyOf(read.letter);
    if (found.has(key)) continue;
    found.set(key, read);
    for (const term of shownReads(expressionOf(worked, read.letter), most)) {
      if (typeof term === 'object' && follow(term)) queue.push(term);
    }
  }
  return found;
}

const keyOf = (letter: Derived): string =>
  'caseOneOf' in letter ? `case 1 ${letter.caseOneOf}` : `${letter.quantity} ${letter.node}`;
