/** The fast engine of @nnbp on two threads. */
import { prepareNnbp } from './nnbp.mjs';

/** @param {import('./workloads.mjs').SharingWorkload} workload */
export const prepare = (workload) => prepareNnbp(workload, 2);
