/**
 * The right-hand side of each quantity's formula, as terms with symbols and numbers, in the order in which the engine
 * adds them.
 */
import { type Graph, successorsOf } from '@nnbp/core';
import type { FormulaSymbol, Notation } from './notation.js';
import { hasDAdz } from './quantity.js';
import { aggregationRule, derivativeRule, outputRule, readsAllOutputs } from './rules.js';
import { indicesOf, type Computation } from './computation.js';

export interface Factor {
  readonly symbol: FormulaSymbol;
  readonly value: number;
}

/**
 * Symbols that have a formula: quantities, and the part of an output's dloss/dx that comes directly from the loss
 * (case 1 of backpropagation).
 */
export type Derived = Extract<FormulaSymbol, { quantity: unknown } | { caseOneOf: unknown }>;

/** Writes one factor as a symbol or as a number. If `first` is true, a negative number needs no parentheses. */
export type Write = (factor: Factor, first?: boolean) => string;

/** Writes an expression that is not a sum of products. Abbreviates lists to `maxTerms` entries. */
type Form = (notation: Notation, write: Write, maxTerms: number) => string;

export interface Expression {
  /** The case of backpropagation, or `forward` for forward propagation. */
  readonly case: 1 | 2 | 3 | 'forward';
  /** Number of terms, each a product. If `forms` is set, the terms only list the factors that the expression reads. */
  readonly count: number;
  readonly summand: (k: number) => readonly Factor[];
  /** Equivalent ways to write an expression that is not a sum of products, the most concrete last. */
  readonly forms?: readonly Form[];
}

export function expressionOf(computation: Computation, symbol: Derived): Expression {
  if ('caseOneOf' in symbol)
    return caseOneOf(computation, computation.graph.outputPosition[computation.graph.indexOf(symbol.caseOneOf)]);
  const { i, edge } = indicesOf(computation, symbol);
  switch (symbol.quantity) {
    case 'h':
      return preActivation(computation, i);
    case 'g':
      return activation(computation, i);
    case 'x':
      return isGiven(computation, i) ? input(computation, i) : nodeValue(computation, i);
    case 'slope':
      return slope(computation, i);
    case 'dAdz':
      return dAdz(computation, edge, i);
    case 'dLossDx':
      return dLossDx(computation, i);
    case 'dLossDb':
      return dLossDb(computation, i);
    case 'dLossDc':
      return dLossDc(computation, i);
    case 'dLossDw':
      return dLossDw(computation, edge, i);
  }
}

/** h_i = b_i + A(z), where z_e = w_e · x_j for an edge e from j; A is the sum by default. */
function preActivation(computation: Computation, i: number): Expression {
  const { graph } = computation;
  const aggregation = graph.aggregation(i);
  const b = bFactor(computation, i);
  const edges = edgesInto(graph, i);
  const z = (e: number) => incoming(computation, e, i);
  if (aggregation === undefined) {
    const count = b.length + edges.length;
    return { case: 'forward', count, summand: (k) => (k < b.length ? b : z(edges[k - b.length])) };
  }
  // A product is written as its factors, without a function name.
  if (aggregation.builtin?.name === 'product') {
    return { case: 'forward', count: b.length + 1, summand: (k) => (k < b.length ? b : edges.flatMap(z)) };
  }
  const all: Form = (notation, write, maxTerms) => {
    const list = listed(notation, maxTerms, edges.length, (k) => timesEach(notation, write, z(edges[k])));
    return [...b.map((factor) => write(factor, true)), `${notation.name(aggregation.name)}(${list})`].join(' + ');
  };
  return { ...product('forward', [...b, ...edges.flatMap(z)]), forms: [all] };
}

const incoming = (computation: Computation, edge: number, i: number): Factor[] => [
  ...wFactor(computation, edge, i),
  cached(computation, 'x', computation.graph.predecessors[edge]),
];

const edgesInto = ({ edgeStart }: Graph, i: number) =>
  Array.from({ length: edgeStart[i + 1] - edgeStart[i] }, (_, k) => edgeStart[i] + k);

/** g_i = g(h_i) */
function activation(computation: Computation, i: number): Expression {
  const h = cached(computation, 'h', i);
  const { name } = activationOf(computation, i);
  return {
    ...product('forward', [h]),
    forms: [(notation, write) => `${notation.name(name)}(${write(h, true)})`],
  };
}

/** x_i = c_i · g_i */
function nodeValue(computation: Computation, i: number): Expression {
  return product('forward', [...cFactor(computation, i), cached(computation, 'g', i)]);
}

/** Whether node i is an input or, in a sequence, a value before the first step. */
const isGiven = ({ graph, delayedGraph }: Computation, i: number) =>
  i < graph.inputCount || (delayedGraph !== undefined && /@-\d+$/.test(graph.ids[i]));

/** The value of an input, standardized if there is an input scaler. */
function input(computation: Computation, i: number): Expression {
  const scaling = i < computation.graph.inputCount ? computation.inputScaling?.(i) : undefined;
  const x = cached(computation, 'x', i);
  const written: Form =
    scaling === undefined
      ? (_, write) => write(x, true)
      : (_, write) => {
          const number = (part: keyof typeof scaling, first?: boolean) =>
            write({ symbol: { scaler: part, node: computation.graph.ids[i] }, value: scaling[part] }, first);
          return `(${number('value', true)} - ${number('mean')}) / ${number('deviation')}`;
        };
  return { ...product('forward', []), count: 0, forms: [written] };
}

/** slope_i = c_i · g'(h_i) */
function slope(computation: Computation, i: number): Expression {
  const c = cFactor(computation, i);
  const h = cached(computation, 'h', i);
  const g = cached(computation, 'g', i);
  const activation = activationOf(computation, i);
  const derivative: Factor = {
    symbol: { derivativeOf: computation.graph.ids[i] },
    value: activation.derivative(h.value, g.value),
  };
  const rule = derivativeRule(activation);
  const general = (notation: Notation, write: Write) => timesEach(notation, write, [...c, derivative]);
  return {
    ...product(3, [h, g]),
    forms: [
      general,
      ...(rule === undefined
        ? []
        : [
            (notation: Notation, write: Write) =>
              [
                ...c.map((factor) => write(factor, true)),
                rule(
                  {
                    h: (bare) => write(h, bare),
                    g: (bare) => write(g, bare),
                    grouped: (sum) => (c.length === 0 ? sum : `(${sum})`),
                  },
                  notation,
                ),
              ].join(notation.times),
          ]),
    ],
  };
}

/** dloss/dx_i: case 1 for an output, case 2 for other nodes, and the sum of both for an output with successors. */
function dLossDx(computation: Computation, i: number): Expression {
  const { graph, caseOne } = computation;
  const { nodes, edges } = successorsOf(graph);
  const start = graph.successorStart[i];
  const successors = graph.successorStart[i + 1] - start;
  const output = graph.outputPosition[i];
  if (output >= 0 && successors === 0) return caseOneOf(computation, output);
  const caseOnePart: Factor[] = output < 0 ? [] : [{ symbol: { caseOneOf: graph.ids[i] }, value: caseOne[output] }];
  return {
    case: 2,
    count: caseOnePart.length + successors,
    summand(k) {
      if (k < caseOnePart.length) return caseOnePart;
      const at = start + k - caseOnePart.length;
      const j = nodes[at];
      const edge = edges[at];
      return [
        cached(computation, 'dLossDx', j),
        cached(computation, 'slope', j),
        ...aggregationFactors(computation, edge, j),
        ...wFactor(computation, edge, j),
      ];
    },
  };
}

/** Case 1: the derivative of the loss with respect to an output. The loss may depend on all outputs. */
function caseOneOf(computation: Computation, index: number): Expression {
  const { graph, loss, width } = computation;
  // The outputs of the same step; all outputs if this is not a sequence.
  const first = index - (index % width);
  const output = index - first;
  const x = computation.x.subarray(first, first + width);
  const outputs = Array.from(x, (_, at) => graph.ids[graph.outputs[first + at]]);
  const values = outputs.map((node, at): Factor => ({ symbol: { quantity: 'x', node }, value: x[at] }));
  const targets = outputs.map((node, at): Factor => ({ symbol: { target: node }, value: computation.t[first + at] }));
  const rule = outputRule(loss);
  const node = outputs[output];
  if (rule !== undefined) {
    const targetSum = targets.reduce((sum, { value }) => sum + value, 0);
    return {
      ...product(1, readsAllOutputs(loss) ? values : [values[output]]),
      forms: [
        (notation, write, maxTerms) => {
          const term = (factor: Factor) => (bare?: boolean) => write(factor, bare);
          return rule(
            {
              x: term(values[output]),
              t: term(targets[output]),
              n: x.length,
              sum: (written) =>
                shownIndices(x.length, maxTerms)
                  .map((k) => (k < 0 ? notation.dots(x.length - maxTerms) : written(term(values[k]), term(targets[k]))))
                  .join(' + '),
              targetSum,
            },
            notation,
          );
        },
      ],
    };
  }
  const list = (notation: Notation, write: Write, maxTerms: number, factors: readonly Factor[]) =>
    listed(notation, maxTerms, factors.length, (k) => write(factors[k], true));
  return {
    ...product(1, values),
    forms: [
      (notation, write, maxTerms) =>
        `${notation.partial(loss.name, node)}(${list(notation, write, maxTerms, values)}; ${list(notation, write, maxTerms, targets)})`,
    ],
  };
}

/** dloss/db_i = dloss/dx_i · slope_i, summed over the nodes that share b. */
const dLossDb = (computation: Computation, i: number) =>
  overNodes(
    computation,
    i,
    (j) => computation.graph.biasSlot(j),
    (j) => [cached(computation, 'dLossDx', j), cached(computation, 'slope', j)],
  );

/** dloss/dc_i = dloss/dx_i · g_i, summed over the nodes that share c. */
const dLossDc = (computation: Computation, i: number) =>
  overNodes(
    computation,
    i,
    (j) => computation.graph.scaleSlot(j),
    (j) => [cached(computation, 'dLossDx', j), cached(computation, 'g', j)],
  );

/** One term for each node that shares a parameter with node i, from the last to the first, as the engine adds them. */
function overNodes(
  computation: Computation,
  i: number,
  slotOf: (j: number) => number,
  summand: (j: number) => Factor[],
): Expression {
  const { graph } = computation;
  if (graph.biasSlots === undefined) return product(3, summand(i));
  const nodes: number[] = [];
  for (let j = graph.nodeCount - 1; j >= graph.inputCount; j--) if (slotOf(j) === slotOf(i)) nodes.push(j);
  return mean(computation, { case: 3, count: nodes.length, summand: (k) => summand(nodes[k]) });
}

/**
 * dloss/dw_e = dloss/dx_i · slope_i · dA/dz_e · x_j, summed over the edges that share the weight, in the engine's
 * order.
 */
function dLossDw(computation: Computation, edge: number, i: number): Expression {
  const { graph } = computation;
  const edges = edgesOfWeight(computation, edge, i);
  return mean(computation, {
    case: 3,
    count: edges.length,
    summand(k) {
      const [e, to] = edges[k];
      return [
        cached(computation, 'dLossDx', to),
        cached(computation, 'slope', to),
        ...aggregationFactors(computation, e, to),
        cached(computation, 'x', graph.predecessors[e]),
      ];
    },
  });
}

/** Divides a sum over all steps by the number of steps with a target. */
function mean({ stepsWithTarget }: Computation, sum: Expression): Expression {
  if (stepsWithTarget === 1) return sum;
  const { count, summand } = sum;
  return {
    ...sum,
    forms: [
      (notation, write, maxTerms) => {
        const terms = shownIndices(count, maxTerms).map((k) =>
          k < 0 ? notation.dots(count - maxTerms) : timesEach(notation, write, summand(k), k === 0),
        );
        return `(${terms.join(' + ')}) / ${stepsWithTarget}`;
      },
    ],
  };
}

/**
 * The edges that share the weight of `edge`, each with the node it leads to. Sorted from the last node to the first;
 * edges into the same node keep their order.
 */
function edgesOfWeight({ graph }: Computation, edge: number, i: number): (readonly [edge: number, node: number])[] {
  const { weightSlots, edgeStart } = graph;
  if (weightSlots === undefined) return [[edge, i]];
  const sharing: [number, number][] = [];
  for (let node = graph.nodeCount - 1; node >= graph.inputCount; node--) {
    for (let e = edgeStart[node]; e < edgeStart[node + 1]; e++) {
      if (weightSlots[e] === weightSlots[edge]) sharing.push([e, node]);
    }
  }
  return sharing;
}

/**
 * dA/dz_e as factors: none for a sum, whose dA/dz_e is 1; the z of all other edges for a product; the symbol dA/dz_e for
 * any other aggregation.
 */
function aggregationFactors(computation: Computation, edge: number, i: number): Factor[] {
  const { graph, sample } = computation;
  if (graph.aggregation(i) === undefined) return [];
  if (!hasDAdz(graph, i)) {
    return edgesInto(graph, i)
      .filter((e) => e !== edge)
      .flatMap((e) => incoming(computation, e, i));
  }
  const symbol = { quantity: 'dAdz' as const, node: graph.ids[i], from: graph.ids[graph.predecessors[edge]] };
  return [{ symbol, value: sample.aggregated!.dAdz[edge] }];
}

/** dA/dz_e of an aggregation other than sum and product, in terms of the z of all edges. */
function dAdz(computation: Computation, edge: number, i: number): Expression {
  const { graph } = computation;
  const aggregation = graph.aggregation(i)!;
  const edges = edgesInto(graph, i);
  const rule = aggregationRule(aggregation);
  const form: Form = (notation, write, maxTerms) => {
    const z = (e: number) => timesEach(notation, write, incoming(computation, e, i));
    const list = listed(notation, maxTerms, edges.length, (k) => z(edges[k]));
    const applied = `${notation.name(aggregation.name)}(${list})`;
    return rule === undefined
      ? `${notation.partial(aggregation.name, graph.ids[i], graph.ids[graph.predecessors[edge]])}(${list})`
      : rule({ z: z(edge), applied, n: edges.length }, notation);
  };
  return {
    ...product(
      3,
      edges.flatMap((e) => incoming(computation, e, i)),
    ),
    forms: [form],
  };
}

/**
 * Returns the indices to show in a list of `count` entries. If `count` exceeds `maxTerms`, some indices before the last
 * one are omitted, and −1 stands for them.
 */
export function shownIndices(count: number, maxTerms: number): number[] {
  if (count <= maxTerms) return Array.from({ length: count }, (_, k) => k);
  return [...Array.from({ length: maxTerms - 1 }, (_, k) => k), -1, count - 1];
}

const listed = (notation: Notation, maxTerms: number, count: number, written: (k: number) => string): string =>
  shownIndices(count, maxTerms)
    .map((k) => (k < 0 ? notation.dots(count - maxTerms) : written(k)))
    .join(', ');

/** If `first` is true, a negative first factor needs no parentheses. */
export const timesEach = (notation: Notation, write: Write, factors: readonly Factor[], first = true): string =>
  factors.map((factor, k) => write(factor, first && k === 0)).join(notation.times);

/** Returns the quantities that a formula reads and that have a formula themselves, in the engine's order. */
export function readsOf({ count, summand }: Expression): { readonly symbol: Derived; readonly value: number }[] {
  return Array.from({ length: count }, (_, k) => summand(k))
    .flat()
    .flatMap(({ symbol, value }) => (isDerived(symbol) ? [{ symbol, value }] : []));
}

export const isDerived = (symbol: FormulaSymbol): symbol is Derived => 'quantity' in symbol || 'caseOneOf' in symbol;

function product(of: Expression['case'], factors: readonly Factor[]): Expression {
  return { case: of, count: 1, summand: () => factors };
}

function cached({ graph, sample }: Computation, quantity: 'h' | 'g' | 'x' | 'slope' | 'dLossDx', i: number): Factor {
  return { symbol: { quantity, node: graph.ids[i] }, value: sample[quantity][i] };
}

/** b, omitted if it is fixed at 0. */
function bFactor(computation: Computation, i: number): Factor[] {
  const value = computation.slots[computation.graph.biasSlot(i)];
  const isZero = computation.graph.biasIndex(i) < 0 && value === 0;
  return isZero
    ? []
    : [{ symbol: { parameter: 'b', node: withoutStep(computation, computation.graph.ids[i]) }, value }];
}

/** c, omitted if it is fixed at 1. */
function cFactor(computation: Computation, i: number): Factor[] {
  const value = computation.slots[computation.graph.scaleSlot(i)];
  const isOne = computation.graph.scaleIndex(i) < 0 && value === 1;
  return isOne ? [] : [{ symbol: { parameter: 'c', node: withoutStep(computation, computation.graph.ids[i]) }, value }];
}

/** w, omitted if it is fixed at 1. */
function wFactor(computation: Computation, edge: number, i: number): Factor[] {
  const value = computation.slots[computation.graph.weightSlot(edge, i)];
  if (computation.graph.weightIndex(edge, i) < 0 && value === 1) return [];
  return [{ symbol: wSymbol(computation, edge, i), value }];
}

function wSymbol(computation: Computation, edge: number, i: number) {
  const [from, node] = [computation.graph.ids[computation.graph.predecessors[edge]], computation.graph.ids[i]];
  return { parameter: 'w' as const, node: withoutStep(computation, node), from: withoutStep(computation, from) };
}

/** The id without its step: all steps have the same parameters. */
const withoutStep = (computation: Computation, id: string) =>
  computation.delayedGraph === undefined ? id : id.replace(/@-?\d+$/, '');

const activationOf = ({ graph }: Computation, i: number) => graph.activations[graph.activationOf[i]];
