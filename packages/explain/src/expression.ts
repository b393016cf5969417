/**
 * What a number was computed from: think of the right-hand side of its formula, once with letters and once with numbers.
 * The summands stand in the order in which the engine adds them.
 */
import type { Letter, Notation } from './notation.js';
import { edgeBetween } from './quantity.js';
import { derivativeRule, outputRule, readsAllOutputs } from './rules.js';
import type { Worked } from './worked.js';

/** A letter with its number. A quantity has a derivation of its own, and so has what case 1 alone gives. */
export interface Factor {
  readonly letter: Letter;
  readonly value: number;
}

/** The letters that have a formula of their own; parameters and targets are given. */
export type Derived = Extract<Letter, { quantity: unknown } | { caseOneOf: unknown }>;

/** Writes one factor, as a letter or as a number; `first` if a minus sign needs no parentheses there. */
export type Write = (factor: Factor, first?: boolean) => string;

/** A way to write what is not a sum of products; of a long list at most `most` entries are shown. */
type Form = (notation: Notation, write: Write, most: number) => string;

/** The right-hand side of a formula. */
export interface Expression {
  /** Which of the cases it is. */
  readonly case: 1 | 2 | 3 | 'forward';
  /** A sum of so many summands, each a product; or, where `forms` is there, one summand with all that it reads. */
  readonly count: number;
  readonly summand: (k: number) => readonly Factor[];
  /** Where it is not a sum of products: ways to write it that are equal, the most concrete last. */
  readonly forms?: readonly Form[];
}

/** The formula of a quantity, or of what case 1 alone gives. */
export function expressionOf(worked: Worked, letter: Derived): Expression {
  if ('caseOneOf' in letter)
    return caseOneOf(worked, worked.graph.outputPosition[worked.graph.indexOf(letter.caseOneOf)]);
  const { quantity, node, from } = letter;
  const i = worked.graph.indexOf(node);
  switch (quantity) {
    case 'h':
      return preActivation(worked, i);
    case 'g':
      return activation(worked, i);
    case 'x':
      return i < worked.graph.inputCount ? input(worked, i) : nodeValue(worked, i);
    case 'slope':
      return slope(worked, i);
    case 'dLossDx':
      return loss(worked, i);
    case 'dLossDb':
      return product(3, [kept(worked, 'dLossDx', i), kept(worked, 'slope', i)]);
    case 'dLossDc':
      return product(3, [kept(worked, 'dLossDx', i), kept(worked, 'g', i)]);
    case 'dLossDw':
      return weight(worked, edgeBetween(worked.graph, from!, i), i);
  }
}

/** h_i = b_i + Σ over predecessors j of  w_ji · x_j */
function preActivation(worked: Worked, i: number): Expression {
  const { graph, parameters } = worked;
  const node = graph.ids[i];
  const start = graph.edgeStart[i];
  const b: Factor = { letter: { parameter: 'b', node }, value: parameters[graph.biasIndex(i)] };
  return {
    case: 'forward',
    count: 1 + graph.edgeStart[i + 1] - start,
    summand: (k) =>
      k === 0 ? [b] : [weightFactor(worked, start + k - 1, i), kept(worked, 'x', graph.predecessors[start + k - 1])],
  };
}

/** g_i = g(h_i) */
function activation(worked: Worked, i: number): Expression {
  const h = kept(worked, 'h', i);
  const { name } = activationOf(worked, i);
  return {
    ...product('forward', [h]),
    forms: [(notation, write) => `${notation.name(name)}(${write(h, true)})`],
  };
}

/** x_i = c_i · g_i */
function nodeValue(worked: Worked, i: number): Expression {
  return product('forward', [...scale(worked, i), kept(worked, 'g', i)]);
}

/** An input is what it is, or its number in the data's units, standardised. */
function input(worked: Worked, i: number): Expression {
  const units = worked.inputScaler?.(i);
  const x = kept(worked, 'x', i);
  const written: Form =
    units === undefined
      ? (_, write) => write(x, true)
      : (_, write) => {
          const number = (of: keyof typeof units, first?: boolean) =>
            write({ letter: { units: of, node: worked.graph.ids[i] }, value: units[of] }, first);
          return `(${number('value', true)} - ${number('mean')}) / ${number('deviation')}`;
        };
  return { ...product('forward', []), count: 0, forms: [written] };
}

/** slope_i = c_i · g'(h_i) */
function slope(worked: Worked, i: number): Expression {
  const c = scale(worked, i);
  const h = kept(worked, 'h', i);
  const g = kept(worked, 'g', i);
  const own = activationOf(worked, i);
  const derivative: Factor = { letter: { derivativeOf: worked.graph.ids[i] }, value: own.derivative(h.value, g.value) };
  const rule = derivativeRule(own);
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
                rule({ h: (bare) => write(h, bare), g: (bare) => write(g, bare) }, notation),
              ].join(notation.times),
          ]),
    ],
  };
}

/** Case 1, case 2, or for an output with successors case 1 + case 2. */
function loss(worked: Worked, i: number): Expression {
  const { graph, caseOne } = worked;
  const start = graph.successorStart[i];
  const successors = graph.successorStart[i + 1] - start;
  const output = graph.outputPosition[i];
  if (output >= 0 && successors === 0) return caseOneOf(worked, output);
  const own: Factor[] = output < 0 ? [] : [{ letter: { caseOneOf: graph.ids[i] }, value: caseOne[output] }];
  return {
    case: 2,
    count: own.length + successors,
    summand(k) {
      if (k < own.length) return own;
      const at = start + k - own.length;
      const j = graph.successors[at];
      return [kept(worked, 'dLossDx', j), kept(worked, 'slope', j), weightFactor(worked, graph.successorEdges[at], j)];
    },
  };
}

/** What the loss alone says of an output: the loss may look at all outputs. */
function caseOneOf({ graph, x, t, loss }: Worked, output: number): Expression {
  const values = Array.from(graph.outputs, (k, at): Factor => ({
    letter: { quantity: 'x', node: graph.ids[k] },
    value: x[at],
  }));
  const targets = Array.from(graph.outputs, (k, at): Factor => ({ letter: { target: graph.ids[k] }, value: t[at] }));
  const rule = outputRule(loss);
  const node = graph.ids[graph.outputs[output]];
  if (rule !== undefined) {
    const targetSum = targets.reduce((sum, { value }) => sum + value, 0);
    return {
      ...product(1, readsAllOutputs(loss) ? values : [values[output]]),
      forms: [
        (notation, write, most) => {
          const term = (factor: Factor) => (bare?: boolean) => write(factor, bare);
          return rule(
            {
              x: term(values[output]),
              t: term(targets[output]),
              n: x.length,
              sum: (written) =>
                ends(x.length, most)
                  .map((k) => (k < 0 ? notation.dots(x.length - most) : written(term(values[k]), term(targets[k]))))
                  .join(' + '),
              targetSum,
            },
            notation,
          );
        },
      ],
    };
  }
  const list = (notation: Notation, write: Write, most: number, factors: readonly Factor[]) =>
    ends(factors.length, most)
      .map((k) => (k < 0 ? notation.dots(factors.length - most) : write(factors[k], true)))
      .join(', ');
  return {
    ...product(1, values),
    forms: [
      (notation, write, most) =>
        `${notation.partial(loss.name, node)}(${list(notation, write, most, values)}; ${list(notation, write, most, targets)})`,
    ],
  };
}

/** dloss/dw_ji = dloss/dx_i · slope_i · x_j, summed over the edges that share the weight, as the engine meets them. */
function weight(worked: Worked, edge: number, i: number): Expression {
  const { graph } = worked;
  const edges = edgesOfWeight(worked, edge, i);
  return {
    case: 3,
    count: edges.length,
    summand(k) {
      const [e, to] = edges[k];
      return [kept(worked, 'dLossDx', to), kept(worked, 'slope', to), kept(worked, 'x', graph.predecessors[e])];
    },
  };
}

/** Each edge with this edge's weight, and its node: from the last node to the first, of each node in order. */
function edgesOfWeight({ graph }: Worked, edge: number, i: number): (readonly [edge: number, node: number])[] {
  const { sharedWeights, edgeStart } = graph;
  if (sharedWeights === undefined) return [[edge, i]];
  const found: [number, number][] = [];
  for (let node = graph.nodeCount - 1; node >= graph.inputCount; node--) {
    for (let e = edgeStart[node]; e < edgeStart[node + 1]; e++) {
      if (sharedWeights[e] === sharedWeights[edge]) found.push([e, node]);
    }
  }
  return found;
}

/** Of a list of `count`, the places shown when at most `most` are: the first ones, −1 for those left out, the last. */
export function ends(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, k) => k);
  return [...Array.from({ length: most - 1 }, (_, k) => k), -1, count - 1];
}

/** Writes a product. Only a minus sign at its front needs no parentheses. */
export const timesEach = (notation: Notation, write: Write, factors: readonly Factor[], first = true): string =>
  factors.map((factor, k) => write(factor, first && k === 0)).join(notation.times);

/** All that a formula reads and that has a formula of its own, in the engine's order. */
export function readsOf({ count, summand }: Expression): { readonly letter: Derived; readonly value: number }[] {
  return Array.from({ length: count }, (_, k) => summand(k))
    .flat()
    .flatMap(({ letter, value }) => (isDerived(letter) ? [{ letter, value }] : []));
}

/** Whether a letter has a formula of its own. */
export const isDerived = (letter: Letter): letter is Derived => 'quantity' in letter || 'caseOneOf' in letter;

function product(of: Expression['case'], factors: readonly Factor[]): Expression {
  return { case: of, count: 1, summand: () => factors };
}

function kept({ graph, sample }: Worked, quantity: 'h' | 'g' | 'x' | 'slope' | 'dLossDx', i: number): Factor {
  return { letter: { quantity, node: graph.ids[i] }, value: sample[quantity][i] };
}

function scale({ graph, parameters }: Worked, i: number): Factor[] {
  const index = graph.scaleIndex(i);
  return index < 0 ? [] : [{ letter: { parameter: 'c', node: graph.ids[i] }, value: parameters[index] }];
}

function weightFactor({ graph, parameters }: Worked, edge: number, i: number): Factor {
  return {
    letter: { parameter: 'w', node: graph.ids[i], from: graph.ids[graph.predecessors[edge]] },
    value: parameters[graph.weightIndex(edge, i)],
  };
}

const activationOf = ({ graph }: Worked, i: number) => graph.activations[graph.activationOf[i]];
