/** Our engine, as built. However small a work is, so many threads share it. */
import { wasm } from '../packages/wasm/dist/index.js';

export const ourEngine = (threads = 1) => wasm({ threads, leastWork: 0 });
