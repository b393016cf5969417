/**
 * The interface of the files in this directory, one per library. Each exports `prepare(workload)`, which returns a
 * runner, or the reason why the library cannot run the workload.
 *
 * @typedef {object} Runner
 * @property {() => number} loss The mean squared error over all samples of the workload, with the current weights.
 * @property {() => void} step Trains on all samples once.
 * @property {(seconds: number) => Promise<{ steps: number, seconds: number }>} [run] Takes steps for at least
 *   `seconds`. Replaces `step` if the computation runs in another process.
 * @property {{ scale: 'trainable' | 'fixed', batch: number }} [rule] How a step updates the parameters, so that the
 *   reference engine can repeat the step: whether the scale c of a node is trained, and the number of samples per
 *   update. Undefined if the library does not compute the gradient of the squared error.
 * @property {string} [note] The calls and settings of the library that the runner uses.
 * @property {() => void} [dispose]
 *
 * @typedef {{ reason: string }} Absent
 *
 * @typedef {(workload: import('../workloads.mjs').Workload) => Promise<Runner | Absent> | Runner | Absent} Prepare
 */
export {};
