/**
 * Returns a `run` function for a library that is so slow that a batch takes seconds. The function can stop after any
 * sequence of a batch.
 *
 * @param {import('./workloads.mjs').SharingWorkload} workload
 * @param {(sequence: number) => void} train Trains on the sequence with the given index.
 */
export function bySequence({ samples }, train) {
  let next = 0;
  return async (seconds) => {
    const startTime = performance.now();
    let done = 0;
    while (performance.now() - startTime < 1000 * seconds) {
      train(next);
      next = (next + 1) % samples;
      done++;
    }
    return { steps: done / samples, seconds: (performance.now() - startTime) / 1000 };
  };
}
