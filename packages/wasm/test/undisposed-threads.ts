/** Run by threads.test.ts as a separate process: uses two threads and does not dispose the engine. */
import { sigmoid } from '@nnbp/activations';
import { mlp } from '@nnbp/core';
import { wasm } from '@nnbp/wasm';

const engine = await wasm({ threads: 2, minThreadedWork: 0 });
const executor = engine.prepare(mlp([8, 8, 1], { activation: sigmoid }), 8);
executor.predict(new Float32Array(64), 8);
console.log(`done on ${executor.threads} threads`);
