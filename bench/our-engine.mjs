/** Our engine, as built, as anyone gets it: a work too small for two threads runs on one. */
import { wasm } from '@nnbp/wasm';

export const ourEngine = (threads = 1) => wasm({ threads });
