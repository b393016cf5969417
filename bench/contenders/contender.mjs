/**
 * The interface of contenders. Each file beside this one exports `prepare(work)`, which gives either a racer or the reason why
 * there is none.
 *
 * @typedef {object} Racer
 * @property {() => number} loss The mean squared error over all the work's samples, with the weights as they are.
 * @property {() => void} step One pass over all the samples, weights updated on the way.
 * @property {(seconds: number) => Promise<{ steps: number, seconds: number }>} [run] In place of calling `step`, where
 *   the work happens in another process.
 * @property {{ scale: 'trainable' | 'fixed', batch: number }} [rule] What a step is, so that its effect can be
 *   compared with the reference engine's; absent where the gradient is not that of the squared error.
 * @property {string} [note] How it was driven.
 * @property {() => void} [dispose]
 *
 * @typedef {{ reason: string }} Absent
 *
 * @typedef {(work: import('../works.mjs').Work) => Promise<Racer | Absent> | Racer | Absent} Prepare
 */
export {};
