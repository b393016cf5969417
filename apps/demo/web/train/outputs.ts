/**
 * Computes the outputs of a network in chunks, and converts outputs to classes or to the original units of the data.
 */
import type { Executor, FloatArray } from '@nnbp/core';
import type { Session } from './session.js';

/** Maximum number of samples per pass. */
export const chunk = 512;

/** Returns the predicted class of a sample whose `width` outputs start at index `at`. */
export function classOf(outputs: ArrayLike<number>, at: number, width: number, boundary: number): number {
  if (width === 1) return Number(outputs[at] > boundary);
  let best = 0;
  for (let k = 1; k < width; k++) if (outputs[at + k] > outputs[at + best]) best = k;
  return best;
}

/**
 * Computes the outputs for all rows of `inputs` in chunks, and calls `each` after every chunk. The `outputs` that `each`
 * receives are valid only during the call.
 */
export function inChunks(
  executor: Executor,
  inputs: Float64Array,
  inputCount: number,
  count: number,
  each: (outputs: FloatArray, first: number, samples: number) => void,
): void {
  for (let first = 0; first < count; first += chunk) {
    const samples = Math.min(chunk, count - first);
    each(
      executor.predict(inputs.subarray(first * inputCount, (first + samples) * inputCount), samples),
      first,
      samples,
    );
  }
}

/**
 * Converts an output to the original units of the data. With the Poisson loss, the output is the logarithm of a rate,
 * so this returns the rate.
 */
export function predictionOf({ loss, network }: Session, x: number): number {
  if (loss.name === 'poisson') return Math.exp(x);
  return network.outputScaler?.undo(x, 0) ?? x;
}

/**
 * Maps an output to [−1, 1]. The sign is the side of the decision boundary, and the magnitude grows with the distance
 * from the boundary. Logits are mapped by tanh. Other outputs are scaled so that the targets are ±1, then clipped.
 */
export function sideOf({ encoding, loss }: Session, x: number): number {
  if (loss.name === 'binaryCrossEntropyWithLogits') return Math.tanh(x / 2);
  return Math.max(-1, Math.min(1, (x - encoding.boundary) / (encoding.yes - encoding.boundary)));
}
