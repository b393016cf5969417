/** TensorFlow.js on its plain JavaScript backend. */
import { prepareTfjs } from './tfjs-dense.mjs';

/** @type {import('./library.mjs').Prepare} */
export const prepare = (workload) => prepareTfjs(workload, 'cpu');
