/** Our engine, two threads. */
import { ours } from './nnbp.mjs';

/** @type {import('./contender.mjs').Prepare} */
export const prepare = (work) =>
  work.batch === 1 ? { reason: 'one sample at a time cannot be divided between threads' } : ours(work, 2);
