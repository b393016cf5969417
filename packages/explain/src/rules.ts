/**
 * What a learner would write for g'(h) and for case 1 where the function is a published one. Think of the back of a
 * formula sheet: what is not on it is written g'(h), or by the loss's own name, and its number is the same.
 */
import type { Activation, Loss } from '@nnbp/core';
import type { Notation } from './notation.js';

/** Writes a symbol or a number; `bare` where a minus sign needs no parentheses. */
type Term = (bare?: boolean) => string;

/** $g'(h)$ by name of the activation; made of g. */
const derivatives: Readonly<Record<string, (g: Term, notation: Notation) => string>> = {
  sigmoid: (g, { times }) => `${g()}${times}(1 - ${g()})`,
  tanh: (g, { times }) => `(1 - ${g()}${times}${g()})`,
};

/** $\partial loss / \partial x_k$ by name of the loss; all of these are means over n outputs. */
const outputRules: Readonly<Record<string, (x: Term, t: Term, n: number, notation: Notation) => string>> = {
  mse: (x, t, n, { times }) => `${n === 1 ? '2' : `2 / ${n}`}${times}(${x(true)} - ${t()})`,
  mae: (x, t, n, { name }) => `${name('sign')}(${x(true)} - ${t()})${shared(n)}`,
  logCosh: (x, t, n, { name }) => `${name('tanh')}(${x(true)} - ${t()})${shared(n)}`,
  binaryCrossEntropyWithLogits: (x, t, n, { name }) => mean(`${name('sigmoid')}(${x(true)}) - ${t()}`, n),
  poisson: (x, t, n, { name }) => mean(`${name('exp')}(${x(true)}) - ${t()}`, n),
};

const shared = (n: number) => (n === 1 ? '' : ` / ${n}`);
const mean = (difference: string, n: number) => (n === 1 ? difference : `(${difference})${shared(n)}`);

/** The rule for a derivative, if there is one. */
export const derivativeRule = ({ builtin }: Activation) => own(derivatives, builtin?.name);

/** The rule for case 1, if there is one. */
export const outputRule = ({ builtin }: Loss) => own(outputRules, builtin?.name);

function own<Rule>(rules: Readonly<Record<string, Rule>>, name: string | undefined): Rule | undefined {
  return name !== undefined && Object.hasOwn(rules, name) ? rules[name] : undefined;
}
