/**
 * The function that turns output values into predictions. A loss "with logits" accepts output values of any size, and
 * the transform turns these into probabilities. Only predictions apply it: losses, derivatives and training use the
 * output values.
 */
import { mismatch } from './expect.js';

/**
 * `sigmoid` returns one probability per output. `softmax` returns probabilities that add up to 1. `logSoftmax` returns
 * the logarithms of the probabilities that `softmax` returns.
 */
export type OutputTransform = 'none' | 'sigmoid' | 'softmax' | 'logSoftmax';

const names: readonly OutputTransform[] = ['none', 'sigmoid', 'softmax', 'logSoftmax'];

/** @throws NnbpError `OUT_OF_RANGE` unless `transform` is one of the names */
export function expectOutputTransform(transform: string): asserts transform is OutputTransform {
  if (!(names as readonly string[]).includes(transform)) {
    throw mismatch('OUT_OF_RANGE', 'outputTransform', `one of ${names.join(', ')}`, transform);
  }
}

/** Transforms the `count` outputs of one sample in place, starting at `values[first]`. */
export function applyOutputTransform(
  transform: OutputTransform,
  values: Record<number, number>,
  first: number,
  count: number,
): void {
  const end = first + count;
  if (transform === 'none') return;
  if (transform === 'sigmoid') {
    for (let k = first; k < end; k++) values[k] = 1 / (1 + Math.exp(-values[k]));
    return;
  }
  let largest = -Infinity;
  for (let k = first; k < end; k++) largest = Math.max(largest, values[k]);
  let sum = 0;
  for (let k = first; k < end; k++) sum += Math.exp(values[k] - largest);
  const logSum = Math.log(sum);
  for (let k = first; k < end; k++) {
    const shifted = values[k] - largest;
    values[k] = transform === 'softmax' ? Math.exp(shifted) / sum : shifted - logSum;
  }
}
