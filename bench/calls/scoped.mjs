/** The scoped packages, `@nnbp/…`, with their defaults: training on the js engine, predictions without `compile`. */
import { sigmoid } from '@nnbp/activations';
import { mlp, Network } from '@nnbp/core';
import { load, save } from '@nnbp/formats';
import { mse } from '@nnbp/losses';
import { adam, sgd } from '@nnbp/optim';
import { fit } from '@nnbp/train';
import { ourCalls } from './our-calls.mjs';

/** @type {import('./call.mjs').Prepare} */
export const prepare = (call) => ourCalls(call, { adam, fit, load, mlp, mse, Network, save, sgd, sigmoid });
