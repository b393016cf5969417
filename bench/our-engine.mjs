/** Our fast engine as published: a workload too small for two threads runs on one. */
import { wasm } from '@nnbp/wasm';

export const ourEngine = (threads = 1) => wasm({ threads });
