/** What a module exports for a network with memory: one step, and what keeps the state between steps. */
import type { Network } from '@nnbp/core';
import { exact } from './one-line.js';

/** The functions around `step(input, s)`, which computes a step from the state s and leaves the next one there. */
export function memorySource({ graph }: Network): string {
  return `/** The state before the first step: what delayed edges read, the latest value of each node first. */
const initial = [${Array.from(graph.initialState(), exact).join(', ')}];

/** The outputs for one input, as a sequence of one step. */
export function predict(input) {
  return step(input, initial.slice());
}

/** The outputs at every step of a sequence. */
export function predictSequence(inputs) {
  const s = initial.slice();
  return Array.from(inputs, (input) => step(input, s));
}

/** Takes one step after another and keeps the state: \`next(input)\`, \`reset()\`, \`state\`. */
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
      if (state.length !== ${graph.stateSize}) throw new RangeError(\`expected a state of ${graph.stateSize} numbers, found \${state.length}\`);
      s = Array.from(state);
    },
  };
}`;
}

/** The types of those functions. */
export function memoryTypes(inputs: readonly string[], stateSize: number): string {
  return `/** The outputs at every step of a sequence, which starts from the initial state. */
export declare function predictSequence(inputs: ArrayLike<ArrayLike<number>>): number[][];
/** A stream that starts from the initial state. */
export declare function stream(): {
  /**
   * The outputs for the next step.
   *
   * @param input - ${inputs.length === 1 ? 'One number' : `${inputs.length} numbers`}, in the order of \`inputs\`.
   * @throws RangeError for another count
   */
  next(input: ArrayLike<number>): number[];
  /** Begins a new sequence. */
  reset(): void;
  /** All that it remembers, ${stateSize} numbers: assign a copy taken earlier to continue from there. */
  state: number[];
};
`;
}
