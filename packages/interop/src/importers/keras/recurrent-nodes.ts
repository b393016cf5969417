/**
 * Imports `SimpleRNN`, `LSTM` and `GRU` layers of Keras as the nodes of one step, like those of `rnn`, `lstm` and `gru`
 * of @nnbp/layers.
 */
import { identity } from '@nnbp/activations';
import { product } from '@nnbp/aggregations';
import { delayed, type Source } from '@nnbp/core';
import type { Part } from '../assemble.js';
import type { Rule } from './activations.js';

/** The weights of a layer, as Keras stores them: one column per unit of each gate. */
export interface RecurrentWeights {
  readonly units: number;
  /** `[inputs, gates · units]` */
  readonly kernel: ArrayLike<number>;
  /** `[units, gates · units]` */
  readonly recurrent: ArrayLike<number>;
  /**
   * One bias per unit of each gate. In a GRU with `reset_after`, these are followed by the recurrent biases. Undefined
   * if all are 0.
   */
  readonly bias: ArrayLike<number> | undefined;
}

/** A recurrent layer: its weights, inputs and activations. */
export interface RecurrentLayer extends RecurrentWeights {
  readonly name: string;
  readonly from: readonly string[];
  readonly activation: Rule;
  /** The activation of the gates. */
  readonly gate: Rule;
}

/** Number of gates for each kind of recurrent layer. */
export const gateCounts: ReadonlyMap<string, number> = new Map([
  ['SimpleRNN', 1],
  ['LSTM', 4],
  ['GRU', 3],
]);

/** Returns functions that read the weights and biases of a node from a column of the matrices. */
function columnReaders(layer: RecurrentLayer, gates: number) {
  const { units, kernel, recurrent, bias, from } = layer;
  const columns = gates * units;
  return {
    kernel: (column: number) => from.map((_, k) => kernel[k * columns + column]),
    recurrent: (column: number) => range(units).map((k) => recurrent[k * columns + column]),
    bias: (column: number) => bias?.[column] ?? 0,
    /** The recurrent bias of a GRU with `reset_after`. */
    resetBias: (column: number) => bias?.[columns + column] ?? 0,
  };
}

/** Creates a node g(b + Σ w x), with the factor of the activation multiplied into its parameters. */
const sum = (id: string, from: readonly Source[], w: readonly number[], b: number, rule: Rule): Part => ({
  id,
  from,
  activation: rule.activation,
  b: rule.factor * b,
  w: rule.factor === 1 ? w : w.map((weight) => rule.factor * weight),
});
const constant = { b: 0, constant: true } as const;
/** Creates a node that multiplies two nodes. */
const productNode = (id: string, from: readonly Source[]): Part => ({
  id,
  from,
  activation: identity,
  aggregation: product,
  w: from.map(() => 1),
  ...constant,
});
/** Creates a node without parameters that adds its predecessors. */
const sumNode = (id: string, from: readonly Source[]): Part => ({
  id,
  from,
  activation: identity,
  w: from.map(() => 1),
  ...constant,
});
const identityRule: Rule = { activation: identity, factor: 1 };
const range = (count: number) => Array.from({ length: count }, (_, k) => k);
const idsOf = (name: string, units: number) => range(units).map((k) => `${name}.${k}`);

/** Creates the nodes of a SimpleRNN: h = g(b + W x + U h(t − 1)). */
export function simpleRnn(layer: RecurrentLayer): Part[] {
  const { name, units, from, activation } = layer;
  const { kernel, recurrent, bias } = columnReaders(layer, 1);
  const ids = idsOf(name, units);
  const sources = [...from, ...ids.map((id) => delayed(id))];
  return ids.map((id, k) => sum(id, sources, [...kernel(k), ...recurrent(k)], bias(k), activation));
}

/** Creates the nodes of an LSTM. Its gates are in the order i, f, g, o. */
export function lstm(layer: RecurrentLayer): Part[] {
  const { name, units, from, activation, gate } = layer;
  const { kernel, recurrent, bias } = columnReaders(layer, 4);
  const ids = idsOf(name, units);
  const sources = [...from, ...ids.map((id) => delayed(id))];
  return ids.flatMap((id, k) => {
    const inner = (part: string) => `${name}.${part}.${k}`;
    const gates = (['i', 'f', 'g', 'o'] as const).map((part, g) => {
      const column = g * units + k;
      const rule = part === 'g' ? activation : gate;
      return sum(inner(part), sources, [...kernel(column), ...recurrent(column)], bias(column), rule);
    });
    const c = inner('c');
    const { activation: g, factor } = activation;
    return [
      ...gates,
      productNode(inner('ig'), [inner('i'), inner('g')]),
      productNode(inner('fc'), [inner('f'), delayed(c)]),
      sumNode(c, [inner('ig'), inner('fc')]),
      { id: inner('tanh'), from: [c], activation: g, w: [factor], ...constant },
      productNode(id, [inner('o'), inner('tanh')]),
    ];
  });
}

/** Creates the nodes of a GRU. Its gates are in the order z, r, n. */
export function gru(layer: RecurrentLayer, resetAfter: boolean): Part[] {
  const { name, units, from, activation, gate } = layer;
  const { kernel, recurrent, bias, resetBias } = columnReaders(layer, 3);
  const ids = idsOf(name, units);
  const before = ids.map((id) => delayed(id));
  const part = (gate: string, k: number) => `${name}.${gate}.${k}`;
  const gates = (['z', 'r'] as const).flatMap((letter, g) =>
    ids.map((_, k) => {
      const column = g * units + k;
      const b = bias(column) + (resetAfter ? resetBias(column) : 0);
      return sum(part(letter, k), [...from, ...before], [...kernel(column), ...recurrent(column)], b, gate);
    }),
  );
  const resets = ids.flatMap((_, k) => {
    const column = 2 * units + k;
    if (!resetAfter) return [productNode(part('rh', k), [part('r', k), before[k]])];
    return [
      sum(part('u', k), before, recurrent(column), resetBias(column), identityRule),
      productNode(part('ru', k), [part('r', k), part('u', k)]),
    ];
  });
  const candidates = ids.map((_, k) => {
    const column = 2 * units + k;
    if (!resetAfter) {
      const reset = ids.map((_, j) => part('rh', j));
      return sum(
        part('n', k),
        [...from, ...reset],
        [...kernel(column), ...recurrent(column)],
        bias(column),
        activation,
      );
    }
    const node = sum(part('n', k), [...from, part('ru', k)], [...kernel(column), 1], bias(column), activation);
    return { ...node, fixed: { [part('ru', k)]: activation.factor } };
  });
  const values = ids.flatMap((id, k) => [
    { id: part('keep', k), from: [part('z', k)], activation: identity, b: 1, w: [-1], constant: true as const },
    productNode(part('new', k), [part('keep', k), part('n', k)]),
    productNode(part('old', k), [part('z', k), before[k]]),
    sumNode(id, [part('new', k), part('old', k)]),
  ]);
  return [...gates, ...resets, ...candidates, ...values];
}
