/**
 * Reads the states of a single-step model. Each state is an input of the model and has an initial value; an output of
 * the model is the next value of the state.
 */
import { mismatch, NnbpError } from '@nnbp/core';
import { inputRows } from './inputs.js';
import { metadataOf } from './metadata.js';
import type { Proto } from './schema.js';
import type { Rows, Tape } from './tape.js';

export interface States {
  /** Name of the input that is a state → name of the output that is its next value. */
  readonly next: ReadonlyMap<string, string>;
  /** The values of all states before the first step, in the order of `next`. Undefined if all are 0. */
  readonly initial: readonly number[] | undefined;
  /** Whether the states come from the file rather than from the caller. */
  readonly isInFile: boolean;
}

/**
 * The states that `toOnnx` wrote into the metadata. Empty if there are none. Throws `MALFORMED` if they are invalid.
 */
export function statesInMetadata(model: Proto<'ModelProto'>): States {
  const next = metadataOf(model, 'nnbp.states');
  const initial = metadataOf(model, 'nnbp.initialState');
  if (next === undefined) return { next: new Map(), initial: undefined, isInFile: true };
  if (!areNames(next)) throw malformed('nnbp.states', 'a JSON object with the name of an output for each state');
  if (!isInitial(initial)) throw malformed('nnbp.initialState', 'a JSON array of finite numbers');
  return { next: new Map(Object.entries(next)), initial, isInFile: true };
}

const areNames = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((name) => typeof name === 'string');
const isInitial = (value: unknown): value is readonly number[] | undefined =>
  value === undefined || (Array.isArray(value) && value.every((each) => Number.isFinite(each)));
const malformed = (key: string, expected: string) =>
  new NnbpError(
    'MALFORMED',
    `Metadata entry ${key}: expected ${expected}. Remove the entry, or export the model again.`,
  );

/** Adds the states to the tape. Returns the states, and the inputs that are not states. */
export function statesOf(
  { input, output }: Proto<'GraphProto'>,
  { next, initial, isInFile }: States,
  tape: Tape,
): { readonly states: ReadonlyMap<string, Rows>; readonly inputs: readonly Proto<'ValueInfoProto'>[] } {
  const states = new Map<string, Rows>();
  const inputs = new Map(input.map((info) => [info.name, info]));
  /** Outputs that are not yet the next value of a state. */
  const outputs = new Set(output.map((info) => info.name));
  let size = 0;
  for (const [name, nextName] of next) {
    const state = inputs.get(name);
    if (state === undefined) throw missing('input', name, input, isInFile);
    if (!outputs.delete(nextName)) throw missing('output', nextName, output, isInFile);
    states.set(name, inputRows(state, tape, { entry: () => tape.state(initial?.[size++] ?? 0) }));
  }
  if (initial !== undefined && initial.length !== size) {
    throw mismatch('MALFORMED', 'Metadata entry nnbp.initialState', `${size} numbers`, initial.length);
  }
  return { states, inputs: input.filter(({ name }) => !states.has(name)) };
}

export function setNextStates(tape: Tape, state: Rows, next: Rows, name: string, nextName: string): void {
  const label = `State "${name}"`;
  if (next.endedBy !== undefined) {
    throw new NnbpError(
      'UNSUPPORTED',
      `${label}: its next value "${nextName}" is the result of ${next.endedBy}, which is supported only at the end of a model.`,
    );
  }
  if (next.entries.length !== state.entries.length) {
    throw mismatch(
      'MALFORMED',
      label,
      `${state.entries.length} numbers as its next value "${nextName}"`,
      next.entries.length,
    );
  }
  state.entries.forEach(({ from: [node] }, k) => (tape.states.get(node)!.next = next.entries[k]));
}

const missing = (
  what: 'input' | 'output',
  name: string,
  found: readonly Proto<'ValueInfoProto'>[],
  isInFile: boolean,
) =>
  new NnbpError(
    isInFile ? 'MALFORMED' : 'UNKNOWN_ID',
    `${isInFile ? 'Metadata entry nnbp.states' : 'states'}: expected the name of an ${what} that no other state uses, received ${JSON.stringify(name)}. The model has the ${what}s ` +
      `${found.map((each) => JSON.stringify(each.name)).join(', ')}.`,
  );
