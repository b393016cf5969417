/**
 * What a learner would write for g'(h) and for case 1 where the function is a published one. Think of the back of a
 * formula sheet: what is not on it is written g'(h), or by the loss's own name, and its number is the same.
 */
import type { Activation, Loss } from '@nnbp/core';

/** Symbols or numbers, and the sign of multiplication. */
interface Signs {
  readonly times: string;
}

/** $g'(h)$ by name of the activation; made of g. */
const derivatives: Readonly<Record<string, (g: string, signs: Signs) => string>> = {
  sigmoid: (g, { times }) => `${g}${times}(1 - ${g})`,
  tanh: (g, { times }) => `(1 - ${g}${times}${g})`,
  identity: () => '1',
};

/** $\partial loss / \partial x_k$ by name of the loss, with n outputs. */
const outputRules: Readonly<Record<string, (x: string, t: string, n: number, signs: Signs) => string>> = {
  mse: (x, t, n, { times }) => `${n === 1 ? '2' : `2 / ${n}`}${times}(${x} - ${t})`,
};

/** The rule for a derivative, if there is one. */
export const derivativeRule = ({ builtin }: Activation) => own(derivatives, builtin?.name);

/** The rule for case 1, if there is one. */
export const outputRule = ({ builtin }: Loss) => own(outputRules, builtin?.name);

function own<Rule>(rules: Readonly<Record<string, Rule>>, name: string | undefined): Rule | undefined {
  return name !== undefined && Object.hasOwn(rules, name) ? rules[name] : undefined;
}
