/**
 * Records a pass with user functions in the worker, so that the page can replay it without running user code.
 */
import { type Activation, backpropagate, backpropagateSequence, type Loss } from '@nnbp/core';
import { passNetwork } from '../formula-network.js';
import type { Functions } from '../../functions.js';
import { rowsOf, targetRows } from '../sequence.js';
import type { FormulaDescription, NetworkDescription, PlaygroundState } from '../../state.js';

/** Arguments and results of all function calls. */
export interface Recording {
  /** By name: triples h, g(h), g'(h), one after another. */
  readonly activations: ReadonlyMap<string, readonly number[]>;
  /** The loss, if it is the user's: value, and dloss/dx of each output. */
  readonly loss: { readonly value: number; readonly dLossDx: readonly number[] } | undefined;
}

export interface Question {
  readonly network: NetworkDescription;
  /** Replaces the network. */
  readonly formula: FormulaDescription | undefined;
  readonly loss: string;
  /** For a network with delays: the sample is a sequence. */
  readonly time: PlaygroundState['derive']['time'] | undefined;
  readonly input: readonly number[];
  readonly target: readonly number[];
  /** Names of the user functions. */
  readonly custom: { readonly activations: readonly string[]; readonly losses: readonly string[] };
}

/** In the worker. */
export function record(question: Question, functions: Functions): Recording {
  const { loss, time, input, target, custom } = question;
  const heard = new Map<string, number[]>();
  const listening: Functions = {
    activation(name) {
      const activation = functions.activation(name);
      if (!custom.activations.includes(name)) return activation;
      const notes = heard.get(name) ?? [];
      heard.set(name, notes);
      return {
        ...activation,
        value(h) {
          const g = activation.value(h);
          notes.push(h, g, activation.derivative(h, g));
          return g;
        },
      };
    },
    loss: (name) => functions.loss(name),
  };
  const network = passNetwork(question, listening);
  const { inputCount, outputs } = network.graph;
  const isCustom = custom.losses.includes(loss);
  const pass =
    time === undefined
      ? backpropagate(network, input, target, functions.loss(loss))
      : backpropagateSequence(
          network,
          rowsOf(input, inputCount),
          targetRows(target, outputs.length, time),
          functions.loss(loss),
        );
  const dLossDx = new Float64Array(outputs.length);
  // A loss of the user's has a target at the last step only.
  if (isCustom) functions.loss(loss).derivative(pass.outputs.at(-1)!, target.slice(-outputs.length), dLossDx);
  return { activations: heard, loss: isCustom ? { value: pass.loss, dLossDx: Array.from(dLossDx) } : undefined };
}

/** On the page: functions that return the recorded results. */
export function replayed(recording: Recording, builtin: Functions): Functions {
  const activations = new Map(
    Array.from(recording.activations, ([name, notes]) => [name, activationFrom(name, notes)] as const),
  );
  return {
    activation: (name) => activations.get(name) ?? builtin.activation(name),
    loss: (name) => (recording.loss === undefined ? builtin.loss(name) : lossFrom(name, recording.loss)),
  };
}

function activationFrom(name: string, notes: readonly number[]): Activation {
  const answers = new Map<number, readonly [g: number, derivative: number]>();
  for (let k = 0; k < notes.length; k += 3) answers.set(notes[k], [notes[k + 1], notes[k + 2]]);
  const answer = (h: number) => answers.get(h) ?? [NaN, NaN];
  return { name, value: (h) => answer(h)[0], derivative: (h) => answer(h)[1] };
}

const lossFrom = (name: string, { value, dLossDx }: NonNullable<Recording['loss']>): Loss => ({
  name,
  value: () => value,
  derivative: (_, __, into) => into.set(dLossDx),
});
