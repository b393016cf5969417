/**
 * Creates batches of sequences. Sequences that are read together are sorted by length, so that they need no padding,
 * and cut into windows for truncated backpropagation through time. Each window is a batch.
 */
import {
  expectArray,
  expectFinite,
  expectInteger,
  expectLength,
  expectList,
  expectObject,
  expectWeight,
  type Loss,
  mismatch,
  type Network,
  NnbpError,
  type Random,
  type Row,
  shuffle,
} from '@nnbp/core';
import type { Batch, BatchSource } from './batches.js';
import { expectTarget, iteratorOf, type Target, writeSample } from './data.js';

/** One sequence. */
export interface Sequence {
  /** The inputs of each step: `[steps × inputs]`. */
  readonly inputs: ArrayLike<Row>;
  /** The target of each step; null for a step without a target, which has no loss. */
  readonly targets: ArrayLike<Target | null>;
  /** The weight of each step's loss, a number ≥ 0. Default: 1. */
  readonly weights?: ArrayLike<number>;
}

/**
 * A stream of sequences, which does not have to fit in memory, or a function that returns a new stream for each epoch.
 */
export type SequenceStream = AsyncIterable<Sequence> | (() => AsyncIterable<Sequence>);

/** Sequences of any length. The loss is the mean over all steps that have a target. */
export interface Sequences {
  /**
   * The sequences, or a stream of sequences. With `stateful`, the order determines which sequence each one continues.
   */
  readonly sequences: readonly Sequence[] | SequenceStream;
}

/** Sequences in memory. */
export interface SequenceList extends Sequences {
  readonly sequences: readonly Sequence[];
  /** The index of each sequence in the data. Default: its index in `sequences`. */
  readonly indices?: ArrayLike<number>;
}

/** A checked, standardized sequence in flat arrays, row by row. */
interface FlatSequence {
  readonly inputs: Float64Array;
  readonly targets: Float64Array;
  readonly weights: Float64Array;
  /** The index of the sequence in the data. */
  readonly index: number;
}

/** Options for cutting sequences into batches. */
export interface SequenceBatchOptions {
  /** Sequences per batch. */
  readonly batchSize: number;
  /** Steps per batch. */
  readonly window: number;
  /** Whether sequence k continues from the final state of sequence k − batchSize. Default: false. */
  readonly stateful?: boolean | undefined;
}

export const isSequenceStream = (sequences: Sequences['sequences']): sequences is SequenceStream =>
  typeof sequences === 'function' || Symbol.asyncIterator in sequences;

/** Whether sequences are in memory. Throws if they are neither an array nor a stream, or if `data` has weights. */
export function isSequenceList(data: Sequences): data is SequenceList {
  const { sequences } = data;
  if ('weights' in data) {
    throw new NnbpError('WRONG_TYPE', 'data: weights are per step. Set `weights` of each sequence.');
  }
  if (typeof sequences !== 'function') expectObject('sequences', sequences, 'an array or a stream');
  if (isSequenceStream(sequences)) return false;
  expectList('sequences', sequences);
  sequences.forEach((sequence, n) => expectSequence(sequence, `sequence ${n}`));
  return true;
}

function expectSequence(sequence: Sequence, label: string): void {
  expectObject(label, sequence, '{ inputs, targets }');
  const { inputs, targets, weights } = sequence;
  expectArray(`${label}, inputs`, inputs);
  expectArray(`${label}, targets`, targets);
  if (weights !== undefined) expectArray(`${label}, weights`, weights);
}

/** Throws unless there are sequences and all of them fit the network. */
export function checkSequences(network: Network, { sequences, indices }: SequenceList, what: string): void {
  if (sequences.length === 0)
    throw new NnbpError('EMPTY_DATA', `${what}, sequences: expected at least one sequence, received none.`);
  sequences.forEach((sequence, n) => checkSequence(network, sequence, `${what}, sequence ${indices?.[n] ?? n}`));
}

function checkSequence(network: Network, { inputs, targets, weights }: Sequence, label: string): void {
  const { inputCount, outputs } = network.graph;
  if (inputs.length === 0) throw new NnbpError('EMPTY_DATA', `${label}: expected at least one step.`);
  if (targets.length !== inputs.length) {
    throw mismatch('WRONG_LENGTH', label, `a target or null per step (${inputs.length})`, targets.length);
  }
  if (weights !== undefined) expectLength(`${label}, weights`, weights.length, inputs.length);
  let weight = 0;
  for (let t = 0; t < inputs.length; t++) {
    expectArray(`${label}, input of step ${t}`, inputs[t]);
    expectLength(`${label}, input of step ${t}`, inputs[t].length, inputCount);
    expectFinite(`${label}, input of step ${t}`, inputs[t]);
    if (weights !== undefined) expectWeight(`${label}, weight of step ${t}`, weights[t]);
    const target = targets[t];
    if (target === null) continue;
    expectTarget(`${label}, target of step ${t}`, target, outputs.length);
    weight += weights?.[t] ?? 1;
  }
  if (weight === 0) {
    throw new NnbpError('EMPTY_DATA', `${label}: expected at least one step that has a target and a weight above 0.`);
  }
}

/** Standardizes checked sequences into flat arrays. */
export const flattenSequences = (
  network: Network,
  loss: Loss,
  { sequences, indices }: SequenceList,
  what: string,
): FlatSequence[] => sequences.map((sequence, n) => flattenSequence(network, loss, sequence, indices?.[n] ?? n, what));

function flattenSequence(
  network: Network,
  loss: Loss,
  { inputs, targets, weights }: Sequence,
  index: number,
  what: string,
): FlatSequence {
  const { inputCount, outputs } = network.graph;
  const noTarget = new Float64Array(outputs.length);
  const steps = inputs.length;
  const flat = {
    inputs: new Float64Array(steps * inputCount),
    targets: new Float64Array(steps * outputs.length),
    weights: Float64Array.from({ length: steps }, (_, t) => (targets[t] === null ? 0 : (weights?.[t] ?? 1))),
    index,
  };
  for (let t = 0; t < steps; t++) {
    const target = targets[t];
    const sample = { input: inputs[t], target: target ?? noTarget };
    const label = `${what}, sequence ${index}, step ${t}`;
    writeSample(network, target === null ? undefined : loss, sample, t, flat.inputs, flat.targets, label);
  }
  return flat;
}

/** Creates batches of sequences, in the given order or, with `random`, in a new order in each epoch. */
export function sequenceBatches(
  network: Network,
  data: readonly FlatSequence[],
  options: SequenceBatchOptions,
  random?: Random,
): BatchSource {
  const order = new Uint32Array(data.length);
  const windows = new Windows(network, { ...options, batchSize: Math.min(options.batchSize, order.length) });
  let at = 0;
  return {
    carried: windows.state,
    start() {
      at = 0;
      windows.reset();
      for (let n = 0; n < order.length; n++) order[n] = n;
      if (random !== undefined) shuffle(order, random);
    },
    next() {
      if (windows.isDone) {
        if (at === order.length) return undefined;
        const members = Array.from(order.subarray(at, at + windows.size), (n) => data[n]);
        at += members.length;
        windows.begin(members);
      }
      return windows.next();
    },
    stop: () => Promise.resolve(),
  };
}

/** Creates batches from a stream of sequences. Each sequence is checked when it arrives. */
export function sequenceStreamBatches(
  network: Network,
  loss: Loss,
  stream: SequenceStream,
  options: SequenceBatchOptions,
  what: string,
): BatchSource {
  const windows = new Windows(network, options);
  let sequences: AsyncIterator<Sequence> | undefined;
  let count = 0;
  return {
    start() {
      sequences = iteratorOf(stream, what);
      count = 0;
      windows.reset();
    },
    async next() {
      if (!windows.isDone) return windows.next();
      const members: FlatSequence[] = [];
      while (sequences !== undefined && members.length < windows.size) {
        const next = await sequences.next();
        if (next.done === true) {
          sequences = undefined;
          break;
        }
        expectSequence(next.value, `${what}, sequence ${count}`);
        checkSequence(network, next.value, `${what}, sequence ${count}`);
        members.push(flattenSequence(network, loss, next.value, count++, what));
      }
      if (count === 0) {
        throw new NnbpError(
          'EMPTY_DATA',
          `${what}: the stream is empty. For several epochs, pass a function that returns a new stream.`,
        );
      }
      if (members.length === 0) return undefined;
      windows.begin(members);
      return windows.next();
    },
    async stop() {
      await sequences?.return?.();
      sequences = undefined;
    },
  };
}

/** Reads several sequences at once, window by window. Each window continues from the state of the previous one. */
class Windows {
  /** Maximum number of sequences that are read at once. */
  readonly size: number;
  /**
   * The states of the current sequences, one per row, from the longest sequence to the shortest. Rows without a sequence
   * follow.
   */
  readonly state: Float64Array;
  readonly #network: Network;
  readonly #window: number;
  readonly #stateful: boolean | undefined;
  /** The current sequences, the longest first. */
  #members: readonly FlatSequence[] = [];
  /** For each row of `state`, the index of its sequence in the list that `begin` received. */
  #order: readonly number[] = [];
  #step = 0;
  #inputs = new Float64Array();
  #targets = new Float64Array();
  #weights = new Float64Array();

  constructor(network: Network, { batchSize, window, stateful }: SequenceBatchOptions) {
    this.#network = network;
    this.size = batchSize;
    this.#window = window;
    this.#stateful = stateful;
    this.state = new Float64Array(batchSize * network.graph.stateSize);
  }

  /** Whether all current sequences have ended. */
  get isDone(): boolean {
    return this.#members.length === 0 || this.#step >= lengthOf(this.#members[0]);
  }

  /** Discards the current sequences and their state. */
  reset(): void {
    this.#members = [];
    this.#order = Array.from({ length: this.size }, (_, index) => index);
    this.#resetState();
  }

  begin(members: readonly FlatSequence[]): void {
    const lengthAt = (index: number) => (index < members.length ? lengthOf(members[index]) : 0);
    // The sort is stable: sequences of the same length keep their order.
    const order = Array.from({ length: this.size }, (_, index) => index).sort((a, b) => lengthAt(b) - lengthAt(a));
    if (this.#stateful) this.#reorderState(order);
    else this.#resetState();
    this.#order = order;
    this.#members = order.slice(0, members.length).map((index) => members[index]);
    this.#step = 0;
    const { inputCount, outputs } = this.#network.graph;
    const rows = members.length * Math.min(this.#window, lengthOf(this.#members[0]));
    if (this.#weights.length >= rows) return;
    this.#inputs = new Float64Array(rows * inputCount);
    this.#targets = new Float64Array(rows * outputs.length);
    this.#weights = new Float64Array(rows);
  }

  #resetState(): void {
    const initial = this.#network.graph.initialState();
    for (let s = 0; s < this.size; s++) this.state.set(initial, s * initial.length);
  }

  /** Moves each state to its row in the new order. */
  #reorderState(order: readonly number[]): void {
    const previous = this.state.slice();
    const { stateSize } = this.#network.graph;
    const at = new Map(this.#order.map((index, s) => [index, s * stateSize]));
    order.forEach((index, s) => {
      const from = at.get(index)!;
      this.state.set(previous.subarray(from, from + stateSize), s * stateSize);
    });
  }

  next(): Batch {
    const { inputCount, outputs, stateSize } = this.#network.graph;
    const width = outputs.length;
    const members = this.#members;
    const firstStep = this.#step;
    const counts: number[] = [];
    let rows = 0;
    let weight = 0;
    for (let t = firstStep; t < Math.min(firstStep + this.#window, lengthOf(members[0])); t++) {
      let count = 0;
      for (; count < members.length && lengthOf(members[count]) > t; count++, rows++) {
        const { inputs, targets, weights } = members[count];
        for (let k = 0; k < inputCount; k++) this.#inputs[rows * inputCount + k] = inputs[t * inputCount + k];
        for (let k = 0; k < width; k++) this.#targets[rows * width + k] = targets[t * width + k];
        weight += this.#weights[rows] = weights[t];
      }
      counts.push(count);
    }
    this.#step += counts.length;
    return {
      inputs: this.#inputs,
      targets: this.#targets,
      counts,
      firstStep,
      rowCount: rows,
      weight,
      options: { weights: this.#weights, state: this.state.subarray(0, counts[0] * stateSize) },
      indexInData: (s) => members[s].index,
    };
  }
}

const lengthOf = ({ weights }: FlatSequence): number => weights.length;

/** Returns the number of steps per batch. */
export function windowOf(truncate: number | undefined, data: Sequences): number {
  if (!isSequenceList(data)) {
    if (truncate !== undefined) {
      expectInteger('truncate', truncate, 1);
      return truncate;
    }
    throw new NnbpError(
      'OUT_OF_RANGE',
      'truncate: the length of the longest sequence of a stream is unknown. Set truncate to the number of steps per batch.',
    );
  }
  const longest = longestOf(data);
  if (truncate !== undefined) expectInteger('truncate', truncate, 1, longest);
  return truncate ?? longest;
}

/** Returns the number of steps of the longest sequence, or 1 if there are no sequences. */
export const longestOf = ({ sequences }: SequenceList): number =>
  sequences.reduce((longest, { inputs }) => Math.max(longest, inputs.length), 1);
