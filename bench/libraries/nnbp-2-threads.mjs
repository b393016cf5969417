/** The fast engine of @nnbp, two threads. */
import { ours } from './nnbp.mjs';

/** @type {import('./library.mjs').Prepare} */
export const prepare = (workload) =>
  workload.batch === 1 ? { reason: 'one sample at a time cannot be divided between threads' } : ours(workload, 2);
