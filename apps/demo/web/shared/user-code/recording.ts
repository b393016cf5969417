/** Records a pass with user functions in the worker, so that the page can replay it without running user code. */
import { type Activation, backpropagate, backpropagateSequence, type Loss } from '@nnbp/core';
import { describedNetwork } from '../formula-network.js';
import type { Functions } from '../../functions.js';
import { rowsOf, targetRows } from '../sequence.js';
import type { FormulaDescription, NetworkDescription, PlaygroundState } from '../../state.js';

/** The results of all calls of user functions in a pass. */
export interface Recording {
  /** For each user activation, by name: h, g(h) and g'(h) of every call, flattened in the order of the calls. */
  readonly activations: ReadonlyMap<string, readonly number[]>;
  /** The value of the loss, and its derivative dloss/dx for each output; undefined if the loss is built in. */
  readonly loss: { readonly value: number; readonly dLossDx: readonly number[] } | undefined;
}

export interface PassToRecord {
  readonly network: NetworkDescription;
  /** The formula that replaces the network, if any. */
  readonly formula: FormulaDescription | undefined;
  readonly loss: string;
  /** Set for a network with delays, whose sample is a sequence. */
  readonly time: PlaygroundState['derive']['time'] | undefined;
  readonly input: readonly number[];
  readonly target: readonly number[];
  /** Names of the user functions. */
  readonly custom: { readonly activations: readonly string[]; readonly losses: readonly string[] };
}

/** Computes and records a pass. Runs in the worker. */
export function record(requested: PassToRecord, functions: Functions): Recording {
  const { loss, time, input, target, custom } = requested;
  const recorded = new Map<string, number[]>();
  const recordingFunctions: Functions = {
    activation(name) {
      const activation = functions.activation(name);
      if (!custom.activations.includes(name)) return activation;
      const calls = recorded.get(name) ?? [];
      recorded.set(name, calls);
      return {
        ...activation,
        value(h) {
          const g = activation.value(h);
          calls.push(h, g, activation.derivative(h, g));
          return g;
        },
      };
    },
    loss: (name) => functions.loss(name),
  };
  const network = describedNetwork(requested, recordingFunctions);
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
  // With a custom loss, only the last step of a sequence has a target.
  if (isCustom) functions.loss(loss).derivative(pass.outputs.at(-1)!, target.slice(-outputs.length), dLossDx);
  return { activations: recorded, loss: isCustom ? { value: pass.loss, dLossDx: Array.from(dLossDx) } : undefined };
}

/** Returns functions that replay the recorded results. Runs on the page. */
export function replayed(recording: Recording, builtin: Functions): Functions {
  const activations = new Map(
    Array.from(recording.activations, ([name, calls]) => [name, activationFrom(name, calls)] as const),
  );
  return {
    activation: (name) => activations.get(name) ?? builtin.activation(name),
    loss: (name) => (recording.loss === undefined ? builtin.loss(name) : lossFrom(name, recording.loss)),
  };
}

function activationFrom(name: string, calls: readonly number[]): Activation {
  const results = new Map<number, readonly [g: number, derivative: number]>();
  for (let k = 0; k < calls.length; k += 3) results.set(calls[k], [calls[k + 1], calls[k + 2]]);
  const resultFor = (h: number) => results.get(h) ?? [NaN, NaN];
  return { name, value: (h) => resultFor(h)[0], derivative: (h) => resultFor(h)[1] };
}

const lossFrom = (name: string, { value, dLossDx }: NonNullable<Recording['loss']>): Loss => ({
  name,
  value: () => value,
  derivative: (_, __, into) => into.set(dLossDx),
});
