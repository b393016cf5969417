/**
 * brain.js: `LSTMTimeStep`, trained with `trainPattern`, which its `train` method calls. Losses are not compared:
 * the cell passes only its output to the next step, not a cell state; the targets are the inputs of the next step; and
 * RMSProp updates the weights after each sequence.
 */
import brain from 'brain.js';
import { bySequence } from './by-sequence.mjs';

/** @param {import('./workloads.mjs').SharingWorkload} workload */
export function prepare(workload) {
  if (workload.kind === 'convolution') return { reason: 'no convolutional layers' };
  if (workload.kind === 'stream') return { reason: 'runs whole sequences only' };
  const { sizes, batch, steps, inputs } = workload;
  const network = new brain.recurrent.LSTMTimeStep({
    inputSize: sizes[0],
    hiddenLayers: [sizes[1]],
    outputSize: sizes[2],
  });
  // One more row than there are steps: the last row is only a target.
  const sequences = inputs.flatMap((values) =>
    Array.from({ length: batch }, (_, s) =>
      Array.from({ length: steps + 1 }, (_, k) => {
        const row = (k % steps) * batch + s;
        return values.slice(row * sizes[0], (row + 1) * sizes[0]);
      }),
    ),
  );
  network.verifyIsInitialized(sequences);
  return {
    run: bySequence(workload, (sequence) => network.trainPattern(sequences[sequence])),
    note: 'trainPattern; a different cell, RMSProp after each sequence',
  };
}
