/** Our engine, as built, as anyone gets it: a work too small for two threads runs on one. */
import { wasm } from '../packages/wasm/dist/index.js';

export const ourEngine = (threads = 1) => wasm({ threads });
