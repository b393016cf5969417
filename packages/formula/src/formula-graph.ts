/**
 * Converts a formula to a graph of scalar nodes. Each parameter is the bias b of a node that has no predecessors;
 * every other b, c and w is fixed. A sum becomes a weighted sum, a product an aggregation, and a function an
 * activation.
 */
import { identity, sine, tanh } from '@nnbp/activations';
import { product } from '@nnbp/aggregations';
import { type Activation, type Graph, GraphBuilder, mismatch, NnbpError } from '@nnbp/core';
import { absolute, arctangent, cosh, cosine, exp, log, power, reciprocal, sinh, sqrt, tangent } from './functions.js';
import { type Formula, parseFormula } from './parse.js';

/** The result of {@link formulaGraph}. */
export interface FormulaGraph {
  /** The inputs are the variables, in the given order. The id of the only output is the `output` argument. */
  readonly graph: Graph;
  /**
   * The parameters' names, in the order in which they first occur in the formula. Each name is the id of the node whose
   * b is the parameter.
   */
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

/** A constant plus multiples of nodes. */
interface Affine {
  readonly constant: number;
  readonly terms: ReadonlyMap<string, number>;
}

/**
 * Builds the graph of a formula such as `b1*(1 - exp(-b2*x))`. Names other than variables, functions and `pi` are
 * parameters. In a new network, every parameter is 1. At 0, the derivatives of a product of parameters would be 0.
 *
 * @param variables - The names of the inputs.
 * @param output - The id of the output node. Default: `y`.
 * @throws NnbpError `MALFORMED`, `UNKNOWN_ID` (an unknown function), `EMPTY_DATA` (no parameter), `DUPLICATE_ID`
 * (a repeated variable, or an `output` that is the id of another node), `OUT_OF_RANGE` (a power such as `(-2)^x` whose
 * base is a number ≤ 0), `TOO_LARGE` (more than 10,000 characters)
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
  const nodes = new FormulaNodes(variables);
  const value = nodes.valueOf(tree);
  const { builder, parameters } = nodes;
  if (parameters.length === 0) {
    throw new NnbpError(
      'EMPTY_DATA',
      `formula "${formula}": expected at least one parameter to fit. Every name in it is a variable, a function or a constant.`,
    );
  }
  if (nodes.has(output)) {
    throw new NnbpError('DUPLICATE_ID', `output: "${output}" is already the id of another node. Choose another id.`);
  }
  builder.output(nodes.node(output, value, identity));
  return { graph: builder.build(), parameters };
}

/** Adds the nodes of a formula to a builder. Repeated expressions share one node. */
class FormulaNodes {
  readonly builder = new GraphBuilder();
  readonly parameters: string[] = [];
  readonly #variables: readonly string[];
  readonly #ids: Set<string>;

  constructor(variables: readonly string[]) {
    this.#variables = variables;
    this.#ids = new Set(variables);
    for (const variable of variables) this.builder.input(variable);
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  valueOf(part: Formula): Affine {
    switch (part.kind) {
      case 'number':
        return number(part.value);
      case 'name':
        return this.#named(part.name);
      case 'negative':
        return scaled(this.valueOf(part.of), -1);
      case 'call':
        return this.#apply(part.name, functionNamed(part.name), this.valueOf(part.argument));
      case '+':
        return sum(this.valueOf(part.left), this.valueOf(part.right), 1);
      case '-':
        return sum(this.valueOf(part.left), this.valueOf(part.right), -1);
      case '*':
        return this.#multiply(this.valueOf(part.left), this.valueOf(part.right));
      case '/':
        return this.#multiply(this.valueOf(part.left), this.#raise(this.valueOf(part.right), number(-1)));
      case '**':
        return this.#raise(this.valueOf(part.left), this.valueOf(part.right));
    }
  }

  /** Adds a node that applies the activation to a value, unless a node with this id exists. Returns the id. */
  node(id: string, from: Affine, activation: Activation): string {
    if (!this.#ids.has(id)) {
      this.#ids.add(id);
      this.builder.node(id, {
        from: [...from.terms.keys()],
        activation,
        fixed: { b: from.constant, c: 1, w: Object.fromEntries(from.terms) },
      });
    }
    return id;
  }

  /** The value of a variable, constant or parameter. Adds a node for a new parameter. */
  #named(name: string): Affine {
    if (Object.hasOwn(constants, name) && !this.#variables.includes(name)) return number(constants[name]);
    if (!this.#ids.has(name)) {
      this.#ids.add(name);
      this.parameters.push(name);
      this.builder.node(name, { from: [], activation: identity, fixed: { c: 1 }, init: { b: 1 } });
    }
    return single(name);
  }

  #apply(name: string, activation: Activation, value: Affine): Affine {
    if (value.terms.size === 0) return number(activation.value(value.constant));
    return single(this.node(`${name}(${textOf(value)})`, value, activation));
  }

  #multiply(a: Affine, b: Affine): Affine {
    if (a.terms.size === 0) return scaled(b, a.constant);
    if (b.terms.size === 0) return scaled(a, b.constant);
    const [left, leftFactor] = this.#factored(a);
    const [right, rightFactor] = this.#factored(b);
    return scaled(this.#product(left, right), leftFactor * rightFactor);
  }

  /** Returns a node and a factor whose product is the value. */
  #factored(value: Affine): [id: string, factor: number] {
    if (value.constant === 0 && value.terms.size === 1) return [...value.terms][0];
    return [this.node(`(${textOf(value)})`, value, identity), 1];
  }

  #product(left: string, right: string): Affine {
    if (left === right) return this.#apply('square', power(2), single(left));
    const id = `${left}*${right}`;
    if (!this.#ids.has(id)) {
      this.#ids.add(id);
      const w = { [left]: 1, [right]: 1 };
      const fixed = { b: 0, c: 1, w };
      this.builder.node(id, { from: [left, right], activation: identity, aggregation: product, fixed });
    }
    return single(id);
  }

  #raise(base: Affine, exponent: Affine): Affine {
    if (exponent.terms.size === 0) {
      const n = exponent.constant;
      if (n === 1) return base;
      return this.#apply(n === -1 ? 'reciprocal' : `power${n}`, n === -1 ? reciprocal : power(n), base);
    }
    if (base.terms.size === 0) {
      if (base.constant <= 0) {
        throw mismatch('OUT_OF_RANGE', 'The base of a power whose exponent varies', 'a number > 0', base.constant);
      }
      return this.#apply('exp', exp, scaled(exponent, Math.log(base.constant)));
    }
    return this.#apply('exp', exp, this.#multiply(exponent, this.#apply('log', log, base)));
  }
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

/** Returns a + sign · b. */
function sum(a: Affine, b: Affine, sign: 1 | -1): Affine {
  const terms = new Map(a.terms);
  for (const [id, weight] of b.terms) terms.set(id, (terms.get(id) ?? 0) + sign * weight);
  return { constant: a.constant + sign * b.constant, terms };
}

/** The value as a string. Repeated expressions give the same string, so they share a node. */
function textOf({ constant, terms }: Affine): string {
  const parts = Array.from(terms, ([id, weight]) => (weight === 1 ? id : weight === -1 ? `-${id}` : `${weight}*${id}`));
  if (constant !== 0 || parts.length === 0) parts.push(String(constant));
  return parts.join(' + ').replaceAll('+ -', '- ');
}
