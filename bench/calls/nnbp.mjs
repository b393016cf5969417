/** The umbrella package, `nnbp`, with its defaults: training on the fastest engine, predictions with `compile`. */
import * as nnbp from 'nnbp';
import { ourCalls } from './our-calls.mjs';

/** @type {import('./call.mjs').Prepare} */
export const prepare = (call) => ourCalls(call, nnbp, nnbp.compile);
