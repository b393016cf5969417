/**
 * A `run` that can stop after any sequence, for libraries that need seconds per batch.
 *
 * @param {import('./workloads.mjs').SharingWorkload} workload
 * @param {(sequence: number) => void} train
 */
export function bySequence({ samples }, train) {
  let next = 0;
  return async (seconds) => {
    const begun = performance.now();
    let done = 0;
    while (performance.now() - begun < 1000 * seconds) {
      train(next);
      next = (next + 1) % samples;
      done++;
    }
    return { steps: done / samples, seconds: (performance.now() - begun) / 1000 };
  };
}
