/** TensorFlow.js, its plain JavaScript backend. */
import { prepareTfjs } from './tfjs-dense.mjs';

/** @type {import('./contender.mjs').Prepare} */
export const prepare = (work) => prepareTfjs(work, 'cpu');
