/** TensorFlow.js on its WebAssembly backend (SIMD, one thread). */
import { prepareTfjs } from './tfjs-dense.mjs';

/** @type {import('./library.mjs').Prepare} */
export const prepare = (workload) => prepareTfjs(workload, 'wasm');
