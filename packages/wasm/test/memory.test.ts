import { randomParameters } from '@nnbp/conformance';
import { mlp, Random } from '@nnbp/core';
import { sigmoid } from '@nnbp/activations';
import { mse } from '@nnbp/losses';
import { adam, sgd } from '@nnbp/optim';
import { wasm } from '@nnbp/wasm';
import { setImmediate } from 'node:timers/promises';
import v8 from 'node:v8';
import vm from 'node:vm';
import { expect, test } from 'vitest';

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc') as () => void;
const megabytes = () => {
  collect();
  const { heapUsed, arrayBuffers, external } = process.memoryUsage();
  return (heapUsed + arrayBuffers + external) / 2 ** 20;
};
/** Polls, since unused memory is released between tasks, some time after the last reference to it is gone. */
const expectMemoryBelow = (limit: number) => expect.poll(megabytes, { timeout: 30_000 }).toBeLessThan(limit);

const engine = await wasm();
const graph = mlp([2, 8, 8, 1], { activation: sigmoid });

test('memory does not grow over a million steps', { timeout: 60_000 }, async () => {
  const executor = engine.prepare(graph, 1);
  executor.parameters.set(randomParameters(graph, new Random(1)));
  const [inputs, targets, loss, optimizer] = [Float32Array.of(0.5, -0.5), Float32Array.of(0.25), mse(), adam()];
  const steps = (count: number) => {
    for (let n = 0; n < count; n++) executor.step(inputs, targets, 1, loss, optimizer);
  };
  steps(10_000);
  const before = megabytes();
  steps(1_000_000);
  await expectMemoryBelow(before + 1);
  expect(optimizer.state().numbers.steps).toBe(1_010_000);
  executor.dispose();
});

test(
  'memory does not grow over a thousand executors that are disposed or garbage-collected',
  { timeout: 60_000 },
  async () => {
    const inputs = new Float32Array(64);
    const make = async (dispose: boolean) => {
      for (let n = 0; n < 500; n++) {
        const executor = engine.prepare(graph, 32);
        executor.step(inputs, inputs, 32, mse(), sgd({ learningRate: 0.1, momentum: 0.9 }));
        if (dispose) executor.dispose();
        // Memory is released between tasks.
        if (n % 100 === 0) await setImmediate();
      }
    };
    await make(true);
    await make(false);
    const before = megabytes();
    await make(true);
    await make(false);
    // If executors were not released, each would take at least 64 KiB.
    await expectMemoryBelow(before + 16);
  },
);

test('prepare rejects a batch too large for WebAssembly memory before it allocates anything', () => {
  const before = process.memoryUsage().rss;
  expect(() => engine.prepare(graph, 2 ** 27)).toThrow(
    /needs \d+\.\d GiB of memory, but WebAssembly can address only 4 GiB/,
  );
  expect(() => engine.prepare(graph, 2 ** 21, 64)).toThrow(
    /^The graph unrolled over 64 steps .* Use a smaller batch, fewer steps or another engine\.$/,
  );
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20);
});
