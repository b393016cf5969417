/** Starts the fast engine of @nnbp. With several threads, a workload that is too small for them still runs on one. */
import { wasm } from '@nnbp/wasm';

export const ourEngine = (threads = 1) => wasm({ threads });
