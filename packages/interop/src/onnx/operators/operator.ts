/** The interface of operators, and helpers for elementwise operators. */
import type { Call, Value } from '../call.js';
import type { Entry, Rows, TapeNode, ActivationPart } from '../tape.js';

/** Reads its operands from the call. Returns the result, or a list of results. */
export type Operator = (call: Call) => Value | readonly Value[];

/** The number of terms in these entries. A bias counts as one term. */
export const termCount = (entries: readonly Entry[]) => entries.reduce((all, { from }) => all + 1 + from.length, 0);

/** Applies a function to each entry. */
export const map = (call: Call, change: (entry: Entry) => Entry): Rows => {
  const { shape, entries } = call.rows(0);
  call.spend(termCount(entries));
  return { shape, entries: entries.map(change) };
};

/** Applies an activation to each entry. Each entry becomes a node. */
export const apply = (call: Call, g: TapeNode['g']): Rows => {
  const { shape, entries } = call.rows(0);
  call.spend(entries.length);
  return { shape, entries: entries.map((entry) => call.tape.apply(g, entry)) };
};

/** An operator that can be part of an activation; see {@link ActivationPart}. */
export const activationPart =
  (which: ActivationPart['part']): Operator =>
  (call) =>
    apply(call, { part: which, label: call.label });

export const isActivationPart = ({ g }: TapeNode, which: ActivationPart['part']) => 'part' in g && g.part === which;
