/** The umbrella package: the fastest engine is the default. */
import * as nnbp from 'nnbp';
import { ourCalls } from './our-calls.mjs';

/** @type {import('./call.mjs').Prepare} */
export const prepare = (call) => ourCalls(call, nnbp, nnbp.compile);
