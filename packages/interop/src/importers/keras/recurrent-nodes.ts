/**
 * Converts Keras layers (`SimpleRNN`, `LSTM`, `GRU`) to the nodes of one step. The nodes are like those that `rnn`,
 * `lstm` and `gru` from @nnbp/layers create.
 */
import { identity } from '@nnbp/activations';
import { product } from '@nnbp/aggregations';
import { delayed, type Source } from '@nnbp/core';
import type { Part } from '../assemble.js';
import type { ScaledActivation } from './activations.js';

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

export interface RecurrentLayer extends RecurrentWeights {
  readonly name: string;
  readonly from: readonly string[];
  readonly activation: ScaledActivation;
  /** The activation of the gates. */
  readonly gate: ScaledActivation;
}

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
    recurrentBias: (column: number) => bias?.[columns + column] ?? 0,
  };
}

/**
 * Creates a node with the value g(factor · (b + Σ w x)), where g is the activation. The factor is multiplied into b
 * and w.
 */
const activationNode = (
  id: string,
  from: readonly Source[],
  w: readonly number[],
  b: number,
  { activation, factor }: ScaledActivation,
): Part => ({
  id,
  from,
  activation,
  b: factor * b,
  w: factor === 1 ? w : w.map((weight) => factor * weight),
});
const constant = { b: 0, constant: true } as const;
const productNode = (id: string, from: readonly Source[]): Part => ({
  id,
  from,
  activation: identity,
  aggregation: product,
  w: from.map(() => 1),
  ...constant,
});
const sumNode = (id: string, from: readonly Source[]): Part => ({
  id,
  from,
  activation: identity,
  w: from.map(() => 1),
  ...constant,
});
const unscaledIdentity: ScaledActivation = { activation: identity, factor: 1 };
const range = (count: number) => Array.from({ length: count }, (_, k) => k);
const idsOf = (name: string, units: number) => range(units).map((k) => `${name}.${k}`);

/** h = g(b + W x + U h(t − 1)) */
export function simpleRnn(layer: RecurrentLayer): Part[] {
  const { name, units, from, activation } = layer;
  const { kernel, recurrent, bias } = columnReaders(layer, 1);
  const ids = idsOf(name, units);
  const sources = [...from, ...ids.map((id) => delayed(id))];
  return ids.map((id, k) => activationNode(id, sources, [...kernel(k), ...recurrent(k)], bias(k), activation));
}

/** The columns of the gates are in the order i, f, g, o. */
export function lstm(layer: RecurrentLayer): Part[] {
  const { name, units, from, activation, gate } = layer;
  const { kernel, recurrent, bias } = columnReaders(layer, 4);
  const ids = idsOf(name, units);
  const sources = [...from, ...ids.map((id) => delayed(id))];
  return ids.flatMap((id, k) => {
    const idOf = (letters: string) => `${name}.${letters}.${k}`;
    const gates = (['i', 'f', 'g', 'o'] as const).map((letter, index) => {
      const column = index * units + k;
      const scaled = letter === 'g' ? activation : gate;
      return activationNode(idOf(letter), sources, [...kernel(column), ...recurrent(column)], bias(column), scaled);
    });
    const c = idOf('c');
    return [
      ...gates,
      productNode(idOf('ig'), [idOf('i'), idOf('g')]),
      productNode(idOf('fc'), [idOf('f'), delayed(c)]),
      sumNode(c, [idOf('ig'), idOf('fc')]),
      { id: idOf('tanh'), from: [c], activation: activation.activation, w: [activation.factor], ...constant },
      productNode(id, [idOf('o'), idOf('tanh')]),
    ];
  });
}

/** The columns of the gates are in the order z, r, n. */
export function gru(layer: RecurrentLayer, resetAfter: boolean): Part[] {
  const { name, units, from, activation, gate } = layer;
  const { kernel, recurrent, bias, recurrentBias } = columnReaders(layer, 3);
  const ids = idsOf(name, units);
  const before = ids.map((id) => delayed(id));
  const idOf = (letters: string, k: number) => `${name}.${letters}.${k}`;
  const gates = (['z', 'r'] as const).flatMap((letter, index) =>
    ids.map((_, k) => {
      const column = index * units + k;
      const b = bias(column) + (resetAfter ? recurrentBias(column) : 0);
      return activationNode(idOf(letter, k), [...from, ...before], [...kernel(column), ...recurrent(column)], b, gate);
    }),
  );
  const resets = ids.flatMap((_, k) => {
    const column = 2 * units + k;
    if (!resetAfter) return [productNode(idOf('rh', k), [idOf('r', k), before[k]])];
    return [
      activationNode(idOf('u', k), before, recurrent(column), recurrentBias(column), unscaledIdentity),
      productNode(idOf('ru', k), [idOf('r', k), idOf('u', k)]),
    ];
  });
  const candidates = ids.map((_, k) => {
    const column = 2 * units + k;
    if (!resetAfter) {
      const reset = ids.map((_, j) => idOf('rh', j));
      return activationNode(
        idOf('n', k),
        [...from, ...reset],
        [...kernel(column), ...recurrent(column)],
        bias(column),
        activation,
      );
    }
    const node = activationNode(
      idOf('n', k),
      [...from, idOf('ru', k)],
      [...kernel(column), 1],
      bias(column),
      activation,
    );
    return { ...node, fixed: { [idOf('ru', k)]: activation.factor } };
  });
  const values = ids.flatMap((id, k) => [
    { id: idOf('take', k), from: [idOf('z', k)], activation: identity, b: 1, w: [-1], constant: true as const },
    productNode(idOf('new', k), [idOf('take', k), idOf('n', k)]),
    productNode(idOf('old', k), [idOf('z', k), before[k]]),
    sumNode(id, [idOf('new', k), idOf('old', k)]),
  ]);
  return [...gates, ...resets, ...candidates, ...values];
}
