/** Writes the exports of a generated module whose network has memory: `predict`, `predictSequence` and `stream`. */
import type { Network } from '@nnbp/core';
import { exact } from './one-line.js';
import { counted } from './counted.js';

/** Returns the source of the functions that call `step(input, s)`, which computes one step and replaces the state s. */
export function memorySource({ graph }: Network): string {
  return `/** The state before the first step: the values read by delayed edges, grouped by node, latest first. */
const initial = [${Array.from(graph.initialState(), exact).join(', ')}];

/** The outputs for one input, treated as a sequence of one step. */
export function predict(input) {
  return step(input, initial.slice());
}

/** The outputs at every step of a sequence. */
export function predictSequence(inputs) {
  const s = initial.slice();
  return Array.from(inputs, (input) => step(input, s));
}

/** Predicts step by step and keeps the state: \`next(input)\`, \`reset()\`, \`state\`. */
export function stream() {
  let s = initial.slice();
  return {
    next: (input) => step(input, s),
    reset() {
      s = initial.slice();
    },
    get state() {
      return s.slice();
    },
    set state(state) {
      if (state.length !== ${graph.stateSize}) throw new RangeError(\`expected a state of ${counted(graph.stateSize)}, received \${state.length}\`);
      s = Array.from(state);
    },
  };
}`;
}

export function memoryTypes(inputs: readonly string[], stateSize: number): string {
  return `/** The outputs at every step of a sequence that starts from the initial state. */
export declare function predictSequence(inputs: ArrayLike<ArrayLike<number>>): number[][];
/** A stream that starts from the initial state. */
export declare function stream(): {
  /**
   * The outputs for the next step.
   *
   * @param input - ${inputs.length === 1 ? 'One number' : `${inputs.length} numbers`}, in the order of \`inputs\`.
   * @throws RangeError if the number of inputs is wrong
   */
  next(input: ArrayLike<number>): number[];
  /** Begins a new sequence. */
  reset(): void;
  /** The state, ${counted(stateSize)}: assign an earlier copy to continue from it. */
  state: number[];
};
`;
}
