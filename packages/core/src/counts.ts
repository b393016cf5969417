/** Validates the arguments of an executor call, and computes the rows of data that the call processes. */
import type { FloatArray } from './contract.js';
import type { Executor, PassOptions, SampleCounts } from './engine.js';
import { NnbpError } from './errors.js';
import { expectInteger, expectLength, expectWeight } from './expect.js';
import type { Graph } from './graph.js';

/** The rows of a call: for each step, one row per sample whose sequence has this step. */
export interface Rows {
  /** The number of samples. */
  readonly samples: number;
  /** The number of steps of the longest sequence. */
  readonly steps: number;
  /** The number of rows. */
  readonly count: number;
  /** The rows of step t are start[t] to start[t + 1] − 1, in the order of the samples. */
  readonly start: ArrayLike<number>;
}

/** Computes the rows from the sample counts, without validation. */
export function rowsOf(samples: SampleCounts): Rows {
  if (typeof samples === 'number') return { samples, steps: 1, count: samples, start: [0, samples] };
  const start = new Uint32Array(samples.length + 1);
  for (let t = 0; t < samples.length; t++) start[t + 1] = start[t] + samples[t];
  return { samples: samples[0], steps: samples.length, count: start[samples.length], start };
}

/** Returns the number of samples whose sequences have step `t`. */
export const samplesAt = ({ start }: Rows, t: number): number => start[t + 1] - start[t];

/** Returns the number of steps of sample `s`. */
export function lengthOf(rows: Rows, s: number): number {
  let length = rows.steps;
  while (samplesAt(rows, length - 1) <= s) length--;
  return length;
}

/**
 * Validates the arguments of a call and computes its rows.
 *
 * @throws NnbpError `OUT_OF_RANGE`, `WRONG_LENGTH`; see `Executor`
 */
export function expectRows(
  { batchSize, steps }: Pick<Executor, 'batchSize' | 'steps'>,
  graph: Graph,
  samples: SampleCounts,
  inputs: FloatArray,
  targets?: FloatArray,
  { weights, state }: PassOptions = {},
): Rows {
  if (typeof samples === 'number') expectInteger('samples', samples, 1, batchSize);
  else {
    expectInteger('The number of steps', samples.length, 1, steps);
    for (let t = 0; t < samples.length; t++) {
      expectInteger(`samples[${t}]`, samples[t], 1, t === 0 ? batchSize : samples[t - 1]);
    }
  }
  const rows = rowsOf(samples);
  expectAtLeast('inputs', inputs, rows.count * graph.inputCount);
  if (targets !== undefined) expectAtLeast('targets', targets, rows.count * graph.outputs.length);
  if (state !== undefined) expectLength('state', state.length, rows.samples * graph.stateSize);
  if (weights !== undefined) {
    expectAtLeast('weights', weights, rows.count);
    // Called only for its validation.
    totalWeight(weights, rows.count);
  }
  return rows;
}

/**
 * Returns the divisor of the loss: the sum of the weights of the rows, or the number of rows if there are no weights.
 *
 * @throws NnbpError `OUT_OF_RANGE` (if a weight is negative or not finite, or all weights are 0)
 */
export function totalWeight(weights: FloatArray | undefined, count: number): number {
  if (weights === undefined) return count;
  let sum = 0;
  for (let r = 0; r < count; r++) {
    expectWeight(`weights[${r}]`, weights[r]);
    sum += weights[r];
  }
  if (sum === 0) {
    throw new NnbpError('OUT_OF_RANGE', 'weights: expected at least one number above 0, received only zeros.');
  }
  return sum;
}

/** Throws `WRONG_LENGTH` if `out` is too short for the Jacobian of these rows. */
export function expectJacobianLength({ outputs, parameterCount }: Graph, { count }: Rows, out: FloatArray): void {
  expectAtLeast('out', out, count * outputs.length * parameterCount);
}

/**
 * Throws `WRONG_LENGTH` if `array` is too short. It can be longer, since buffers are sized for full batches and the
 * last batch is often smaller.
 */
function expectAtLeast(what: string, array: FloatArray, min: number): void {
  if (array.length < min) expectLength(what, array.length, min);
}
