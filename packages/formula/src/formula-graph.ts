/**
 * A formula as a graph of scalar nodes. Each parameter is a node without predecessors whose b is the parameter; every
 * other b, c and w is fixed. Sums are weighted sums, products the product aggregation, functions activations.
 */
import { identity, sine, tanh } from '@nnbp/activations';
import { product } from '@nnbp/aggregations';
import { type Activation, type Graph, GraphBuilder, NnbpError } from '@nnbp/core';
import { absolute, arctangent, cosh, cosine, exp, log, power, reciprocal, sinh, sqrt, tangent } from './functions.js';
import { type Formula, parseFormula } from './parse.js';

/** What {@link formulaGraph} returns. */
export interface FormulaGraph {
  /** Inputs are the variables, in the given order. The only output has the id `output`. */
  readonly graph: Graph;
  /** The parameters' names, in the order of the formula. Each is the id of a node; its b is the value. */
  readonly parameters: readonly string[];
}

const functions: Readonly<Record<string, Activation>> = {
  exp,
  log,
  ln: log,
  sqrt,
  sin: sine,
  cos: cosine,
  tan: tangent,
  atan: arctangent,
  arctan: arctangent,
  sinh,
  cosh,
  tanh,
  abs: absolute,
};
const constants: Readonly<Record<string, number>> = { pi: Math.PI };

/** A number that is known when the graph is built, plus multiples of nodes. */
interface Affine {
  readonly constant: number;
  readonly terms: ReadonlyMap<string, number>;
}

/**
 * Builds the graph of a formula such as `b1*(1 - exp(-b2*x))`. Names other than variables, functions and `pi` are
 * parameters.
 *
 * @param variables - The names of the inputs.
 * @param output - The id of the output node. Default: `y`.
 * @throws NnbpError `MALFORMED`, `UNKNOWN_ID` (a function), `EMPTY_DATA` (no parameter), `DUPLICATE_ID`
 *
 * @example
 * ```ts
 * import { formulaGraph } from '@nnbp/formula';
 *
 * const { graph, parameters } = formulaGraph('b1*(1 - exp(-b2*x))', ['x']);
 * parameters; // ['b1', 'b2']
 * graph.parameterCount; // 2
 * ```
 */
export function formulaGraph(formula: string, variables: readonly string[], output = 'y'): FormulaGraph {
  const tree = parseFormula(formula);
  const builder = new GraphBuilder();
  for (const variable of variables) builder.input(variable);
  const parameters: string[] = [];
  const made = new Set(variables);

  const node = (id: string, from: Affine, activation: Activation): string => {
    if (!made.has(id)) {
      made.add(id);
      builder.node(id, {
        from: [...from.terms.keys()],
        activation,
        fixed: { b: from.constant, c: 1, w: Object.fromEntries(from.terms) },
      });
    }
    return id;
  };
  /** The id of a node with this value. */
  const materialize = (value: Affine): string => {
    if (value.constant === 0 && value.terms.size === 1) {
      const [[id, factor]] = value.terms;
      if (factor === 1) return id;
    }
    return node(`(${written(value)})`, value, identity);
  };
  const apply = (name: string, activation: Activation, value: Affine): Affine => {
    if (value.terms.size === 0) return number(activation.value(value.constant));
    return single(node(`${name}(${written(value)})`, value, activation));
  };
  const multiply = (a: Affine, b: Affine): Affine => {
    if (a.terms.size === 0) return scaled(b, a.constant);
    if (b.terms.size === 0) return scaled(a, b.constant);
    const [left, leftFactor] = factored(a);
    const [right, rightFactor] = factored(b);
    return scaled(productOf(left, right), leftFactor * rightFactor);
  };
  /** A node and the number it is multiplied by. */
  const factored = (value: Affine): [id: string, factor: number] => {
    if (value.constant === 0 && value.terms.size === 1) return [...value.terms][0];
    return [materialize(value), 1];
  };
  const productOf = (left: string, right: string): Affine => {
    if (left === right) return apply('square', power(2), single(left));
    const id = `${left}*${right}`;
    if (!made.has(id)) {
      made.add(id);
      const w = { [left]: 1, [right]: 1 };
      builder.node(id, { from: [left, right], activation: identity, aggregation: product, fixed: { b: 0, c: 1, w } });
    }
    return single(id);
  };
  const raise = (base: Affine, exponent: Affine): Affine => {
    if (exponent.terms.size === 0) {
      const n = exponent.constant;
      if (n === 1) return base;
      return apply(n === -1 ? 'reciprocal' : `power${n}`, n === -1 ? reciprocal : power(n), base);
    }
    if (base.terms.size === 0) return apply('exp', exp, scaled(exponent, Math.log(base.constant)));
    return apply('exp', exp, multiply(exponent, apply('log', log, base)));
  };
  const build = (part: Formula): Affine => {
    switch (part.kind) {
      case 'number':
        return number(part.value);
      case 'name':
        return named(part.name);
      case 'negative':
        return scaled(build(part.of), -1);
      case 'call':
        return apply(part.name, functionNamed(part.name), build(part.argument));
      case '+':
        return sum(build(part.left), build(part.right), 1);
      case '-':
        return sum(build(part.left), build(part.right), -1);
      case '*':
        return multiply(build(part.left), build(part.right));
      case '/':
        return multiply(build(part.left), raise(build(part.right), number(-1)));
      case '**':
        return raise(build(part.left), build(part.right));
    }
  };
  const named = (name: string): Affine => {
    if (Object.hasOwn(constants, name) && !variables.includes(name)) return number(constants[name]);
    if (!made.has(name)) {
      made.add(name);
      parameters.push(name);
      builder.node(name, { from: [], activation: identity, fixed: { c: 1 } });
    }
    return single(name);
  };

  const value = build(tree);
  if (parameters.length === 0) {
    throw new NnbpError(
      'EMPTY_DATA',
      `formula "${formula}": expected a parameter to fit, received none besides ${variables.join(', ')}.`,
    );
  }
  if (made.has(output)) {
    throw new NnbpError('DUPLICATE_ID', `output "${output}" is a name in the formula: choose another name.`);
  }
  builder.output(node(output, value, identity));
  return { graph: builder.build(), parameters };
}

function functionNamed(name: string): Activation {
  if (Object.hasOwn(functions, name)) return functions[name];
  throw new NnbpError(
    'UNKNOWN_ID',
    `formula: unknown function "${name}". Expected one of ${Object.keys(functions).join(', ')}.`,
  );
}

const number = (constant: number): Affine => ({ constant, terms: new Map() });
const single = (id: string): Affine => ({ constant: 0, terms: new Map([[id, 1]]) });

const scaled = ({ constant, terms }: Affine, factor: number): Affine => ({
  constant: constant * factor,
  terms: new Map(Array.from(terms, ([id, weight]) => [id, weight * factor])),
});

/** a + sign · b. */
function sum(a: Affine, b: Affine, sign: 1 | -1): Affine {
  const terms = new Map(a.terms);
  for (const [id, weight] of b.terms) terms.set(id, (terms.get(id) ?? 0) + sign * weight);
  return { constant: a.constant + sign * b.constant, terms };
}

/** The value as a string. Equal values give equal strings, so equal expressions share a node. */
function written({ constant, terms }: Affine): string {
  const parts = Array.from(terms, ([id, weight]) => (weight === 1 ? id : weight === -1 ? `-${id}` : `${weight}*${id}`));
  if (constant !== 0 || parts.length === 0) parts.push(String(constant));
  return parts.join(' + ').replaceAll('+ -', '- ');
}
