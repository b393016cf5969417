/** The fast engine of @nnbp with its default settings: a workload too small for several threads runs on one. */
import { wasm } from '@nnbp/wasm';

export const ourEngine = (threads = 1) => wasm({ threads });
