/** Batches of sequences: without padding, sorted by length, cut into windows if training is truncated. */
import {
  expectFinite,
  expectInteger,
  expectLength,
  type Loss,
  type Network,
  NnbpError,
  type Random,
  type Row,
} from '@nnbp/core';
import type { Batch, BatchSource } from './batches.js';
import { expectTarget, expectWeight, type Target, writeSample } from './data.js';

/** One sequence. */
export interface Sequence {
  /** `[steps × inputs]`. */
  readonly inputs: ArrayLike<Row>;
  /** As many rows, a number or null for each output node; null for a step without a target, which has no loss. */
  readonly targets: ArrayLike<Target | null>;
  /** The weight of each step's loss, a number ≥ 0. Default: 1. */
  readonly weights?: ArrayLike<number>;
}

/** Sequences of any lengths. The loss is the mean over all steps that have a target. */
export interface Sequences {
  /** The sequences; their order does not matter. */
  readonly sequences: readonly Sequence[];
}

/** Checked sequences in the network's units. */
export interface FlatSequences {
  /** For each sequence, rows one after another. */
  readonly inputs: readonly Float64Array[];
  readonly targets: readonly Float64Array[];
  readonly weights: readonly Float64Array[];
  readonly longest: number;
  /** For each sequence its number in the data. */
  readonly numbers: ArrayLike<number> | undefined;
}

/** @throws NnbpError `EMPTY_DATA`, `WRONG_LENGTH`, `NOT_FINITE`, `WRONG_TARGET`, `OUT_OF_RANGE` */
export function checkSequences(network: Network, { sequences }: Sequences, what: string): void {
  const { inputCount, outputs } = network.graph;
  if (sequences.length === 0) throw new NnbpError('EMPTY_DATA', `${what}: sequences is empty.`);
  sequences.forEach(({ inputs, targets, weights }, n) => {
    const label = `${what}, sequence ${n}`;
    if (inputs.length === 0) throw new NnbpError('EMPTY_DATA', `${label}: expected at least one step.`);
    if (targets.length !== inputs.length) {
      throw new NnbpError(
        'WRONG_LENGTH',
        `${label}: expected a target or null for each of ${inputs.length} steps, received ${targets.length}.`,
      );
    }
    if (weights !== undefined) expectLength(`${label}, weights`, weights.length, inputs.length);
    let weight = 0;
    for (let t = 0; t < inputs.length; t++) {
      expectLength(`${label}, input of step ${t}`, inputs[t].length, inputCount);
      expectFinite(`${label}, input of step ${t}`, inputs[t]);
      if (weights !== undefined) expectWeight(`${label}, weight of step ${t}`, weights[t]);
      const target = targets[t];
      if (target === null) continue;
      expectTarget(`${label}, target of step ${t}`, target, outputs.length);
      weight += weights?.[t] ?? 1;
    }
    if (weight === 0) {
      throw new NnbpError('EMPTY_DATA', `${label}: expected a target of weight above 0 for at least one step.`);
    }
  });
}

/** Checked sequences in the network's units. */
export function flattenSequences(
  network: Network,
  loss: Loss,
  { sequences, numbers }: Sequences & { readonly numbers?: ArrayLike<number> },
  what: string,
): FlatSequences {
  const { inputCount, outputs } = network.graph;
  const noTarget = new Float64Array(outputs.length);
  const flat = sequences.map(({ inputs, targets, weights }, n) => {
    const steps = inputs.length;
    const rows = {
      inputs: new Float64Array(steps * inputCount),
      targets: new Float64Array(steps * outputs.length),
      weights: Float64Array.from({ length: steps }, (_, t) => (targets[t] === null ? 0 : (weights?.[t] ?? 1))),
    };
    for (let t = 0; t < steps; t++) {
      const label = `${what}, sequence ${numbers?.[n] ?? n}, step ${t}`;
      const target = targets[t];
      const sample = { input: inputs[t], target: target ?? noTarget };
      writeSample(network, target === null ? undefined : loss, sample, t, rows.inputs, rows.targets, label);
    }
    return rows;
  });
  return {
    inputs: flat.map((rows) => rows.inputs),
    targets: flat.map((rows) => rows.targets),
    weights: flat.map((rows) => rows.weights),
    longest: Math.max(...flat.map((rows) => rows.weights.length)),
    numbers,
  };
}

/**
 * Batches of sequences, in their order or, with `random`, in a new one each epoch. Sequences longer than `window` steps
 * are given in several batches, one after another, which continue each other's state.
 */
export function sequenceBatches(
  network: Network,
  data: FlatSequences,
  batchSize: number,
  window: number,
  random?: Random,
): BatchSource {
  const { graph } = network;
  const { inputCount, stateSize } = graph;
  const outputCount = graph.outputs.length;
  const order = new Uint32Array(data.inputs.length);
  const size = Math.min(batchSize, order.length);
  const longest = Math.min(window, data.longest);
  const buffers = {
    inputs: new Float64Array(size * longest * inputCount),
    targets: new Float64Array(size * longest * outputCount),
    weights: new Float64Array(size * longest),
  };
  const state = new Float64Array(size * stateSize);
  const initial = graph.initialState();
  const lengthOf = (n: number) => data.weights[n].length;
  let at = 0;
  /** The sequences of the batch under way, the longest first, and the next step of them. */
  let members = order.subarray(0, 0);
  let step = 0;

  const nextMembers = () => {
    // In place: the order within a batch makes no difference to the epoch.
    members = order.subarray(at, Math.min(at + size, order.length)).sort((a, b) => lengthOf(b) - lengthOf(a) || a - b);
    at += members.length;
    step = 0;
    for (let s = 0; s < members.length; s++) state.set(initial, s * stateSize);
  };
  return {
    carried: state,
    start() {
      at = 0;
      members = order.subarray(0, 0);
      for (let n = 0; n < order.length; n++) order[n] = n;
      random?.shuffle(order);
    },
    next(): Batch | undefined {
      if (members.length === 0 || step >= lengthOf(members[0])) {
        if (at === order.length) return undefined;
        nextMembers();
      }
      const counts: number[] = [];
      let rows = 0;
      let weight = 0;
      for (let t = step; t < Math.min(step + window, lengthOf(members[0])); t++) {
        let count = 0;
        for (; count < members.length && lengthOf(members[count]) > t; count++, rows++) {
          const n = members[count];
          for (let k = 0; k < inputCount; k++)
            buffers.inputs[rows * inputCount + k] = data.inputs[n][t * inputCount + k];
          for (let k = 0; k < outputCount; k++) {
            buffers.targets[rows * outputCount + k] = data.targets[n][t * outputCount + k];
          }
          weight += buffers.weights[rows] = data.weights[n][t];
        }
        counts.push(count);
      }
      step += counts.length;
      const first = members;
      return {
        inputs: buffers.inputs,
        targets: buffers.targets,
        counts,
        samples: rows,
        weight,
        options: { weights: buffers.weights, state },
        numberOf: (s) => data.numbers?.[first[s]] ?? first[s],
      };
    },
    stop: () => Promise.resolve(),
  };
}

/** How many steps are computed together. */
export function windowOf(truncate: number | undefined, longest: number): number {
  if (truncate === undefined) return longest;
  expectInteger('truncate', truncate, 1, longest);
  return truncate;
}

/** The number of steps of the longest sequence; 1 if there is none. */
export const longestOf = ({ sequences }: Sequences): number =>
  sequences.reduce((longest, { inputs }) => Math.max(longest, inputs.length), 1);
