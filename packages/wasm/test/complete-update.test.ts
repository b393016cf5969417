/**
 * Tests updates that workers left incomplete. They are completed from where the workers stopped, and the result is
 * bit-identical to an uninterrupted step.
 */
import { sigmoid } from '@nnbp/activations';
import { mlp, Network, Random } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { adam, sgd } from '@nnbp/optim';
import { expect, test } from 'vitest';
import { completeUpdate, type Optimize } from '../src/complete-update.js';
import { manyThreads } from '../src/hosts.js';
import { type Host, WasmExecutor } from '../src/executor.js';
import { header } from '../src/memory-map.js';
import { kernels, multiplyAddFor } from '../src/module.js';
import { Pool } from '../src/pool.js';

const graph = mlp([16, 12, 8], { activation: sigmoid });
const random = new Random(1);
const uniform = (length: number) => Float32Array.from({ length }, () => random.uniform());
const [inputs, targets] = [uniform(16 * 4), uniform(8 * 4)];
const threads = 3;

/**
 * Creates a host that undoes part of each update (the end of the first worker's share, all of the second's) and
 * then completes the update.
 */
async function host(compared: () => void): Promise<Host & { pool: Pool }> {
  const multiplyAdd = multiplyAddFor(true);
  const module = await kernels(true, multiplyAdd);
  const pool = await Pool.start(threads - 1, module);
  const workers = manyThreads(module, multiplyAdd, pool, threads, false);
  return {
    ...workers,
    pool,
    attach(memory, plugins, advance) {
      const none = () => 0;
      const environment = { memory, activation: none, aggregation: none, loss: none, waiting: none };
      const optimize = new WebAssembly.Instance(module, { environment }).exports.optimize as Optimize;
      const attached = workers.attach(memory, plugins, advance);
      return {
        detach: attached.detach,
        run(kind, loss, optimizer) {
          const words = new Uint32Array(memory.buffer);
          const bytes = words[header.parameterBytes / 4];
          const optimizerVectors = words[header.optimizerVectors / 4];
          const vectors = [words[header.parameters / 4], optimizerVectors, optimizerVectors + bytes].map(
            (address) => new Float32Array(memory.buffer, address, bytes / 4),
          );
          const before = vectors.map((vector) => vector.slice());
          attached.run(kind, loss, optimizer);
          const expected = vectors.map((vector) => vector.slice());
          const stoppedAt = 64 * Math.ceil(bytes / 64 / threads) + 48;
          vectors.forEach((vector, k) => vector.set(before[k].subarray(stoppedAt / 4), stoppedAt / 4));
          expect(vectors).not.toEqual(expected);
          words[header.updateAt / 4 + 16] = words[header.parameters / 4] + stoppedAt;
          words[header.updateAt / 4 + 32] = 0;
          completeUpdate(memory, threads, optimizer, optimize);
          expect(vectors).toEqual(expected);
          compared();
        },
      };
    },
  };
}

test.each([
  ['SGD', () => sgd({ learningRate: 0.1 })],
  ['SGD with weight decay', () => sgd({ learningRate: 0.1, weightDecay: 0.01 })],
  ['SGD with Nesterov momentum', () => sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true })],
  ['Adam', () => adam({ learningRate: 0.1 })],
])('an incomplete update is completed bit-for-bit: %s', async (_, make) => {
  let compared = 0;
  const ownHost = await host(() => compared++);
  const executor = new WasmExecutor(graph, 4, () => ownHost);
  executor.parameters.set(new Network(graph, { seed: 2 }).parameters.vector);
  const optimizer = make();
  for (let k = 0; k < 3; k++) executor.step(inputs, targets, 4, mse(), optimizer);
  expect(compared).toBe(3);
  ownHost.pool.dispose();
});
