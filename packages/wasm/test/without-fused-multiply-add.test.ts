import { sigmoid, tanh } from '@nnbp/activations';
import { mlp, Network } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { adam } from '@nnbp/optim';
import { fit } from '@nnbp/train';
import { wasm } from '@nnbp/wasm';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { xor } from '../../core/test/xor.js';

test('without fused multiply-add, the parameters after 300 epochs have the same checksum on every host', async () => {
  const network = new Network(mlp([2, 8, 8, 1], { activation: tanh, outputActivation: sigmoid }), { seed: 1 });
  const options = { loss: mse(), optimizer: adam({ learningRate: 0.05 }), epochs: 300 };
  await fit(network, xor, { ...options, engine: await wasm({ fused: false }) });
  const { vector } = network.parameters;
  // The buffer can hold more than the parameters.
  const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
  const digest = createHash('sha256').update(bytes).digest('hex');
  expect(digest.slice(0, 12)).toBe('0d9ccda430e7');
});
