/** The fast engine of @nnbp, two threads. */
import { ours } from './nnbp.mjs';

/** @param {import('./workloads.mjs').SharingWorkload} workload */
export const prepare = (workload) => ours(workload, 2);
