/** Our engine, two threads. */
import { ours } from './nnbp.mjs';

/** @param {import('./works.mjs').SharingWork} work */
export const prepare = (work) => ours(work, 2);
