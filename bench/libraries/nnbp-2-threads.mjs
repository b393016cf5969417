/** The fast engine of @nnbp, two threads. */
import { prepareNnbp } from './nnbp.mjs';

/** @type {import('./library.mjs').Prepare} */
export const prepare = (workload) =>
  workload.batch === 1 ? { reason: 'a batch of one sample cannot be divided between threads' } : prepareNnbp(workload, 2);
