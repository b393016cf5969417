/**
 * The calls that `bench/calls.mjs` measures. Each library has a file in this directory, whose `prepare(call)` sets up a
 * call with the documented API and the best settings of the library.
 *
 * @typedef {object} Prepared
 * @property {() => unknown} run Makes one call. A promise that it returns is awaited.
 * @property {number} [count] Number of predictions or training samples in one call. Default: 1.
 * @property {() => number | Promise<number>} [loss] For calls of kind `trainToLoss`: the loss after `run`, computed
 *   from predictions.
 * @property {string} [note] The methods and settings that are used.
 *
 * @typedef {{ reason: string }} Absent
 * @typedef {(call: Call) => Promise<Prepared | Absent> | Prepared | Absent} Prepare
 *
 * @typedef {object} Call
 * @property {string} name
 * @property {'predict' | 'predictBatch' | 'train' | 'trainToLoss' | 'load'} kind
 * @property {number[]} sizes Number of nodes in each layer. All activations are sigmoid.
 * @property {number[][]} inputs
 * @property {number[][]} targets
 * @property {number} [batchSize]
 * @property {number} [epochs] For `train`: the number of epochs.
 * @property {number} [targetLoss] For `trainToLoss`: the mean squared error at which training stops.
 */
import { Random } from '@nnbp/core';

const small = [2, 8, 8, 1];
const large = [784, 128, 64, 10];
const shapes = {
  'predict-small': { kind: 'predict', sizes: small, rows: 64 },
  'predict-large': { kind: 'predict', sizes: large, rows: 8 },
  'predict-1000': { kind: 'predictBatch', sizes: large, rows: 1000 },
  'train-online': { kind: 'train', sizes: small, rows: 1000, batchSize: 1, epochs: 100 },
  'train-batch': { kind: 'train', sizes: small, rows: 1000, batchSize: 32, epochs: 100 },
  'train-to-loss': { kind: 'trainToLoss', sizes: [2, 8, 1], rows: 200, targetLoss: 0.05 },
  load: { kind: 'load', sizes: large, rows: 1 },
};

export const callNames = Object.keys(shapes);

/**
 * The samples are the same in every process. If the network has two inputs, a sample is a point in the plane, and its
 * target is 1 inside a circle and 0 outside. Otherwise inputs are random, and all samples have the same one-hot target.
 *
 * @param {string} name
 * @returns {Call}
 */
export function makeCall(name) {
  const { rows, ...shape } = shapes[name];
  const random = new Random(11);
  const width = shape.sizes[0];
  const inputs = Array.from({ length: rows }, () =>
    Array.from({ length: width }, () => (width === 2 ? 2 * random.uniform() - 1 : random.uniform())),
  );
  const targets = inputs.map((input) =>
    width === 2 ? [Number(Math.hypot(...input) < 0.7)] : Array.from({ length: 10 }, (_, k) => Number(k === 3)),
  );
  return { name, inputs, targets, ...shape };
}

/** Returns the mean squared error, over all samples, of a function that predicts one sample. */
export function meanSquaredError({ inputs, targets }, predict) {
  let sum = 0;
  inputs.forEach((input, s) => {
    const outputs = predict(input);
    sum += targets[s].reduce((error, t, k) => error + (outputs[k] - t) ** 2, 0) / targets[s].length;
  });
  return sum / inputs.length;
}

/** Returns a function that predicts the samples in turn, one per call. */
export function predictInTurn({ inputs }, predict) {
  let next = 0;
  return () => {
    const output = predict(inputs[next]);
    next = (next + 1) % inputs.length;
    return output;
  };
}
