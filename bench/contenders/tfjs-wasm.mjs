/** TensorFlow.js, its WebAssembly backend (SIMD, one thread). */
import { prepareTfjs } from './tfjs-dense.mjs';

/** @type {import('./contender.mjs').Prepare} */
export const prepare = (work) => prepareTfjs(work, 'wasm');
