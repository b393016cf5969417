/** Our engine, two threads. */
import { ours } from './nnbp.mjs';

/** @type {import('./contender.mjs').Prepare} */
export const prepare = (work) =>
  work.batch === 1 ? { reason: 'one sample at a time has nothing to share out' } : ours(work, 2);
