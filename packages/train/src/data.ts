/** Training data: checks the caller's rows once, standardizes them, and copies them into flat arrays. */
import {
  expectArray,
  expectFinite,
  expectLength,
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
import type { Sequences } from './sequences.js';

/**
 * One number per output node, or null if the target is unknown. An unknown target adds nothing to the loss or the
 * gradients.
 */
export type Target = ArrayLike<number | null>;

/** One input and its target. */
export interface Sample {
  /** One number per input node. */
  readonly input: Row;
  /** One number or null per output node. */
  readonly target: Target;
}

/** Tables of inputs and targets, with one row per sample. */
export interface Tables {
  /** One row per sample, with one number per input node. */
  readonly inputs: ArrayLike<Row>;
  /** One row per sample, with one number or null per output node. */
  readonly targets: ArrayLike<Target>;
  /**
   * The weight of each sample, a number ≥ 0. The loss of the data is Σ weight · (loss of the sample) / Σ weight, so an
   * integer weight has the same effect on the loss as repeating the sample. The backward pass multiplies only dloss/dx
   * of the outputs by the weight. Metrics omit samples of weight 0 and count all others equally; `standardize` uses all
   * samples. Default: 1.
   */
  readonly weights?: ArrayLike<number>;
}

/**
 * A stream of samples, which does not have to fit in memory, or a function that returns a new stream for each epoch.
 */
export type SampleStream = AsyncIterable<Sample> | (() => AsyncIterable<Sample>);

/** Data for `fit` and `evaluate`. */
export type Data = Tables | readonly Sample[] | SampleStream | Sequences;

/** Some rows of a table. */
export interface Part extends Tables {
  /** Index of each row in the original table. Default: 0, 1, 2, … */
  readonly rows?: ArrayLike<number>;
}

/** Checked, standardized samples in flat arrays, row by row. */
export interface FlatData extends Pick<Part, 'rows'> {
  readonly inputs: Float64Array;
  readonly targets: Float64Array;
  /** The weight of each sample. Default: 1. */
  readonly weights?: Float64Array;
  readonly samples: number;
}

/** Whether the data are sequences. Throws if the data are neither an object nor a function. */
export function areSequences(data: Data): data is Sequences {
  if (typeof data !== 'function') expectObject('data', data, 'tables, samples, sequences or a stream');
  return 'sequences' in data;
}

export function isStream(data: Data): data is SampleStream {
  return typeof data === 'function' || Symbol.asyncIterator in data;
}

/** Starts to read a stream. */
export function iteratorOf<Item>(
  stream: AsyncIterable<Item> | (() => AsyncIterable<Item>),
  what: string,
): AsyncIterator<Item> {
  const items: unknown = typeof stream === 'function' ? stream() : stream;
  expectObject(what, items, 'an async iterable, such as an async generator');
  if (!(Symbol.asyncIterator in (items as object))) {
    throw new NnbpError('WRONG_TYPE', `${what}: expected an async iterable, such as an async generator.`);
  }
  return (items as AsyncIterable<Item>)[Symbol.asyncIterator]();
}

/** Converts an array of samples to tables. */
export function tablesOf(data: Tables | readonly Sample[]): Tables {
  if (!('inputs' in data)) {
    const list: unknown = data;
    if (!Array.isArray(list)) {
      const expected = '{ inputs, targets }, { sequences }, a stream, or an array of { input, target }';
      const shown = `an object with the properties ${Object.keys(data).join(', ') || 'none'}`;
      throw mismatch('WRONG_TYPE', 'data', expected, data, shown);
    }
    data.forEach((sample, s) => expectObject(`data, sample ${s}`, sample, '{ input, target }'));
    return { inputs: data.map((sample) => sample.input), targets: data.map((sample) => sample.target) };
  }
  for (const name of ['inputs', 'targets', 'weights'] as const) {
    if (name !== 'weights' || data.weights !== undefined) expectArray(`data, ${name}`, data[name]);
  }
  if (data.inputs.length !== data.targets.length) {
    throw mismatch('WRONG_LENGTH', 'data', `as many targets as inputs (${data.inputs.length})`, data.targets.length);
  }
  if (data.weights !== undefined) expectLength('data, weights', data.weights.length, data.inputs.length);
  return data;
}

/** Throws unless the sample fits the network. */
export function checkSample(network: Network, sample: Sample, label: string): void {
  expectObject(label, sample, '{ input, target }');
  const { input, target } = sample;
  expectArray(`${label}, input`, input);
  expectLength(`${label}, input`, input.length, network.graph.inputCount);
  expectFinite(`${label}, input`, input);
  expectTarget(`${label}, target`, target, network.graph.outputs.length);
}

/** Throws unless a target has a finite number or null for each output, and at least one number. */
export function expectTarget(label: string, target: Target, width: number): void {
  expectArray(label, target);
  expectLength(label, target.length, width);
  let knownCount = 0;
  for (let k = 0; k < width; k++) if (target[k] !== null) knownCount++;
  if (knownCount === 0)
    throw new NnbpError('EMPTY_DATA', `${label}: expected at least one number, received only null.`);
  // oxlint-disable-next-line typescript/prefer-nullish-coalescing -- `??` would treat undefined as null.
  expectFinite(label, knownCount === width ? (target as Row) : Array.from(target, (t) => (t === null ? 0 : t)));
}

/** Standardizes a checked sample and writes it as row `s`. Throws if the loss cannot use the target. */
export function writeSample(
  network: Network,
  loss: Loss | undefined,
  { input, target }: Sample,
  s: number,
  inputs: Float64Array,
  targets: Float64Array,
  label: string,
): void {
  const { inputScaler, outputScaler } = network;
  for (let k = 0; k < input.length; k++) {
    inputs[s * input.length + k] = inputScaler === undefined ? input[k] : inputScaler.apply(input[k], k);
  }
  for (let k = 0; k < target.length; k++) {
    const t = target[k];
    if (t === null) targets[s * target.length + k] = unknownTarget(loss!, label);
    else targets[s * target.length + k] = outputScaler === undefined ? t : outputScaler.apply(t, k);
  }
  const problem = loss?.targetProblem?.(targets.subarray(s * target.length, (s + 1) * target.length));
  if (problem !== undefined) throw new NnbpError('WRONG_TARGET', `${label}, target, for ${loss!.name}: ${problem}.`);
}

/** Returns the value that represents null in flat targets. */
function unknownTarget({ name, unknownTargets }: Loss, label: string): number {
  if (unknownTargets === true) return NaN;
  throw new NnbpError(
    'WRONG_TARGET',
    `${label}, target: expected no null, since ${name} does not support unknown targets. Use an elementwise loss, such as mse.`,
  );
}

/** Throws unless there are samples and all of them fit the network. */
export function checkTables(network: Network, { inputs, targets, weights, rows }: Part, what: string): void {
  if (inputs.length === 0) throw new NnbpError('EMPTY_DATA', `${what} is empty: expected at least one sample.`);
  for (let s = 0; s < inputs.length; s++) {
    checkSample(network, { input: inputs[s], target: targets[s] }, `${what}, sample ${rows?.[s] ?? s}`);
    if (weights !== undefined) expectWeight(`${what}, weight of sample ${rows?.[s] ?? s}`, weights[s]);
  }
  if (weights !== undefined && Array.from(weights).every((weight) => weight === 0)) {
    throw new NnbpError('OUT_OF_RANGE', `${what}, weights: expected at least one weight above 0.`);
  }
}

/** Standardizes checked tables into flat arrays. */
export function flatten(network: Network, loss: Loss, tables: Part, what: string): FlatData {
  const samples = tables.inputs.length;
  const inputs = new Float64Array(samples * network.graph.inputCount);
  const targets = new Float64Array(samples * network.graph.outputs.length);
  for (let s = 0; s < samples; s++) {
    const sample = { input: tables.inputs[s], target: tables.targets[s] };
    writeSample(network, loss, sample, s, inputs, targets, `${what}, sample ${tables.rows?.[s] ?? s}`);
  }
  return {
    inputs,
    targets,
    samples,
    ...(tables.weights && { weights: Float64Array.from(tables.weights) }),
    ...(tables.rows && { rows: tables.rows }),
  };
}

/** Splits the samples at random. `fraction` is the fraction of validation data. */
export function split(tables: Tables, fraction: number, random: Random): { trainingData: Part; validationData: Part } {
  const order = Uint32Array.from({ length: tables.inputs.length }, (_, s) => s);
  shuffle(order, random);
  const count = Math.round(order.length * fraction);
  const pick = (indices: Uint32Array): Part => ({
    rows: indices,
    inputs: Array.from(indices, (s) => tables.inputs[s]),
    targets: Array.from(indices, (s) => tables.targets[s]),
    ...(tables.weights && { weights: Float64Array.from(indices, (s) => tables.weights![s]) }),
  });
  return { validationData: pick(order.subarray(0, count)), trainingData: pick(order.subarray(count)) };
}
