/**
 * Textbook formulas of the derivatives of built-in functions: g'(h) of activations, dA/dz of aggregations, and dloss/dx
 * of losses (case 1 of backpropagation). A derivative without a textbook formula is written only as a symbol, such as
 * g'(h). [a > b] is 1 if true, otherwise 0 (Iverson bracket).
 */
import type { ActivationName } from '@nnbp/activations';
import type { AggregationName } from '@nnbp/aggregations';
import type { Activation, Aggregation, Loss } from '@nnbp/core';
import type { LossName } from '@nnbp/losses';
import type { Notation } from './notation.js';

/** Writes a symbol or a number. If `bare`, a negative number needs no parentheses. */
type Term = (bare?: boolean) => string;

/** The symbols in $g'(h)$. */
export interface NodeTerms {
  readonly h: Term;
  readonly g: Term;
  /** Writes a sum as a factor: in parentheses, unless it is the only factor. */
  readonly grouped: (sum: string) => string;
}

/** The symbols in $\partial loss / \partial x_k$. */
export interface OutputTerms {
  readonly x: Term;
  readonly t: Term;
  /** Number of outputs. */
  readonly n: number;
  /** Writes a sum over all outputs, abbreviated if it is long. */
  sum(written: (x: Term, t: Term) => string): string;
  readonly targetSum: number;
}

/** The symbols in $\partial A / \partial z_e$. */
export interface EdgeTerms {
  /** z_e, the weight of the edge times the value of its predecessor. */
  readonly z: string;
  /** A applied to the z of all edges. */
  readonly applied: string;
  /** Number of edges. */
  readonly n: number;
}

type Options = Readonly<Record<string, number>>;
type Rule<Terms> = (terms: Terms, notation: Notation, options: Options) => string;

/** $g'(h)$ for each activation. Undefined if it is written only as a symbol. */
const derivatives: Readonly<Record<ActivationName, Rule<NodeTerms> | undefined>> = {
  sigmoid: ({ g }, { times }) => `${g()}${times}(1 - ${g()})`,
  tanh: ({ g, grouped }, { times }) => grouped(`1 - ${g()}${times}${g()}`),
  relu: ({ h }) => `[${h(true)} > 0]`,
  softplus: ({ h }, { name }) => `${name('sigmoid')}(${h(true)})`,
  gaussian: ({ h, g }, { times }) => `(-2)${times}${h()}${times}${g()}`,
  silu: ({ h, g, grouped }, { times, name }) =>
    grouped(`${g(true)} + ${name('sigmoid')}(${h(true)})${times}(1 - ${g()})`),
  sine: ({ h }, { times, name, number }, { frequency }) =>
    frequency === 1
      ? `${name('cos')}(${h(true)})`
      : `${number(frequency, 17)}${times}${name('cos')}(${number(frequency, 17)}${times}${h()})`,
  identity: undefined,
  bentIdentity: undefined,
  hardSwish: undefined,
  leakyRelu: undefined,
  elu: undefined,
  selu: undefined,
  gelu: undefined,
  mish: undefined,
  softsign: undefined,
  hardSigmoid: undefined,
  hardTanh: undefined,
};

/** 1 for the edge whose z is the result, otherwise 0. */
const isResult: Rule<EdgeTerms> = ({ z, applied }) => `[${z} = ${applied}]`;

/** $\partial A / \partial z_e$ for each aggregation. Undefined if it is written only as a symbol. */
const edgeRules: Readonly<Record<AggregationName, Rule<EdgeTerms> | undefined>> = {
  sum: undefined,
  product: undefined,
  mean: ({ n }) => `1 / ${n}`,
  max: isResult,
  min: isResult,
  maxAbs: isResult,
  median: undefined,
  logSumExp: ({ z, applied }, { name }) => `${name('exp')}(${z} - ${applied})`,
};

/** $\partial loss / \partial x_k$ for each loss. */
const outputRules: Readonly<Record<LossName, Rule<OutputTerms>>> = {
  mse: ({ x, t, n }, { times }) => `${n === 1 ? '2' : `2 / ${n}`}${times}(${x(true)} - ${t()})`,
  mae: ({ x, t, n }, { name }) => `${name('sign')}(${x(true)} - ${t()})${overN(n)}`,
  huber: ({ x, t, n }, { name, number }, { delta }) =>
    `${name('clip')}(${x(true)} - ${t()}, -${number(delta, 17)}, ${number(delta, 17)})${overN(n)}`,
  logCosh: ({ x, t, n }, { name }) => `${name('tanh')}(${x(true)} - ${t()})${overN(n)}`,
  hinge: ({ x, t, n }, { times }) => `(-1)${times}${t()}${times}[${t(true)}${times}${x()} < 1]${overN(n)}`,
  binaryCrossEntropy: ({ x, t, n }, { times }) => `(${x(true)} - ${t()}) / (${x(true)}${times}(1 - ${x()}))${overN(n)}`,
  binaryCrossEntropyWithLogits: ({ x, t, n }, { name }) => mean(`${name('sigmoid')}(${x(true)}) - ${t()}`, n),
  poisson: ({ x, t, n }, { name }) => mean(`${name('exp')}(${x(true)}) - ${t()}`, n),
  softmaxCrossEntropy({ x, t, sum, targetSum }, { times, name }) {
    const exp = (term: Term) => `${name('exp')}(${term(true)})`;
    const softmax = `${exp(x)} / (${sum(exp)})`;
    return `${targetSum === 1 ? softmax : `${softmax}${times}(${sum((_, each) => each())})`} - ${t()}`;
  },
  klDivergence: ({ t }, { times }) => `(-1)${times}${t()}`,
};

const overN = (n: number) => (n === 1 ? '' : ` / ${n}`);
const mean = (difference: string, n: number) => (n === 1 ? difference : `(${difference})${overN(n)}`);

/** Whether the formula of case 1 reads all outputs. */
export const readsAllOutputs = ({ builtin }: Loss) => builtin?.name === 'softmaxCrossEntropy';

export const derivativeRule = ({ builtin }: Activation) => ruleFor(derivatives, builtin);
export const aggregationRule = ({ builtin }: Aggregation) => ruleFor(edgeRules, builtin);
export const outputRule = ({ builtin }: Loss) => ruleFor(outputRules, builtin);

function ruleFor<Terms>(
  rules: Readonly<Record<string, Rule<Terms> | undefined>>,
  builtin: { readonly name: string; readonly options: Options } | undefined,
): ((terms: Terms, notation: Notation) => string) | undefined {
  const rule = builtin && rules[builtin.name];
  return rule && ((terms, notation) => rule(terms, notation, builtin.options));
}
