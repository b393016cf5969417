/**
 * Tests that a step throws and does not change the parameters if a worker exits or the loss throws during this step.
 */
import { sigmoid } from '@nnbp/activations';
import { type Loss, mlp, Network, Random } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { adam } from '@nnbp/optim';
import { fit } from '@nnbp/train';
import { wasm } from '@nnbp/wasm';
import { once } from 'node:events';
import { afterEach, describe, expect, test, vi } from 'vitest';

type WorkerClass = typeof import('node:worker_threads').Worker;
const workerThreads = process.getBuiltinModule('node:worker_threads');

/** Creates an engine. Returns it with its worker threads and, for each of these, a promise that resolves on exit. */
async function engineWithWorkers(threads: number) {
  const workers: InstanceType<WorkerClass>[] = [];
  const exited: Promise<unknown>[] = [];
  const original = workerThreads.Worker;
  workerThreads.Worker = class extends original {
    constructor(...args: ConstructorParameters<WorkerClass>) {
      super(...args);
      workers.push(this);
      exited.push(once(this, 'exit'));
    }
  };
  try {
    return { engine: await wasm({ threads, minThreadedWork: 0 }), workers, exited };
  } finally {
    workerThreads.Worker = original;
  }
}

/** Terminates a worker and makes the clock run 20× faster, so that the barrier timeout of 10 s passes soon. */
function terminate(worker: InstanceType<WorkerClass>) {
  void worker.terminate();
  const now = performance.now.bind(performance);
  const start = now();
  vi.spyOn(performance, 'now').mockImplementation(() => start + 20 * (now() - start));
}
afterEach(() => void vi.restoreAllMocks());

/** Returns an mse that calls `act` before its first evaluation. */
function mseAfter(act: () => void): Loss {
  let acted = false;
  const { builtin: _, ...plain } = mse();
  return {
    ...plain,
    value(x, t) {
      if (!acted) {
        acted = true;
        act();
      }
      return plain.value(x, t);
    },
  };
}

const graph = mlp([64, 48, 32, 8], { activation: sigmoid });
const random = new Random(1);
const uniform = (length: number) => Float32Array.from({ length }, () => random.uniform());
const [inputs, targets] = [uniform(64 * 16), uniform(8 * 16)];

describe('a worker that exits', () => {
  test.each([2, 3])(
    'a worker that exits during a step on %d threads is reported, and the parameters are those from before the step',
    async (threads) => {
      const { engine, workers, exited } = await engineWithWorkers(threads);
      const executor = engine.prepare(graph, 16);
      executor.parameters.set(new Network(graph, { seed: 2 }).parameters.vector);
      const optimizer = adam({ learningRate: 0.01 });
      for (let k = 0; k < 5; k++) executor.step(inputs, targets, 16, mse(), optimizer);
      const before = executor.parameters.slice();
      const terminatingLoss = mseAfter(() => terminate(workers[0]));
      expect(() => {
        for (let k = 0; k < 1000; k++) executor.step(inputs, targets, 16, terminatingLoss, optimizer);
      }).toThrow(expect.objectContaining({ code: 'THREAD_LOST' }));
      expect(executor.parameters).toEqual(before);

      const lost = expect.objectContaining({ code: 'THREAD_LOST' }) as Error;
      expect(() => executor.predict(inputs, 16)).toThrow(lost);
      expect(() => engine.prepare(graph, 16)).toThrow(lost);
      executor.dispose();
      engine.dispose();
      engine.dispose();
      // All workers exit, including those that waited for the terminated one.
      await Promise.all(exited);
    },
  );

  test('a worker that exits makes fit reject, and the network keeps the parameters from before the step', async () => {
    const { engine, workers } = await engineWithWorkers(2);
    const network = new Network(graph, { seed: 2 });
    const rows = (from: Float32Array, width: number) =>
      Array.from({ length: 16 }, (_, s) => from.subarray(s * width, (s + 1) * width));
    const before = network.parameters.vector.map(Math.fround);
    await expect(
      fit(
        network,
        { inputs: rows(inputs, 64), targets: rows(targets, 8) },
        { loss: mseAfter(() => terminate(workers[0])), optimizer: adam(), epochs: 1, batchSize: 16, engine },
      ),
    ).rejects.toMatchObject({ code: 'THREAD_LOST' });
    expect(network.parameters.vector).toEqual(before);
    engine.dispose();
  });

  test('a worker that exits between two calls is reported by the next call', async () => {
    const { engine, workers } = await engineWithWorkers(2);
    const executor = engine.prepare(graph, 16);
    await workers[0].terminate();
    expect(() => executor.predict(inputs, 16)).toThrow(expect.objectContaining({ code: 'THREAD_LOST' }));
    engine.dispose();
  });

  test('a worker that exits before a graph is prepared is reported by one of the next calls to prepare', async () => {
    const { engine, workers } = await engineWithWorkers(2);
    terminate(workers[0]);
    expect(() => {
      for (let k = 0; k < 3; k++) engine.prepare(graph, 16);
    }).toThrow(expect.objectContaining({ code: 'THREAD_LOST' }));
    engine.dispose();
  });
});

test('if the loss throws, the step throws the same error and keeps the parameters, and the next step is unaffected', async () => {
  const [one, two] = await Promise.all([wasm(), wasm({ threads: 2, minThreadedWork: 0 })]);
  const [single, threaded] = [one, two].map((engine) => {
    const executor = engine.prepare(graph, 16);
    executor.parameters.set(new Network(graph, { seed: 2 }).parameters.vector);
    const optimizer = adam({ learningRate: 0.01 });
    const throwing = mseAfter(() => {
      throw new RangeError('not today');
    });
    const losses = [executor.step(inputs, targets, 16, mse(), optimizer)];
    const before = executor.parameters.slice();
    expect(() => executor.step(inputs, targets, 16, throwing, optimizer)).toThrow('not today');
    expect(executor.parameters).toEqual(before);
    losses.push(executor.step(inputs, targets, 16, throwing, optimizer));
    losses.push(executor.step(inputs, targets, 16, mse(), optimizer));
    return { losses, parameters: executor.parameters.slice() };
  });
  expect(threaded).toEqual(single);
  two.dispose();
});

describe('a loss that calls the engine that is running it', () => {
  test('backpropagate throws WRONG_STATE if the loss calls prepare or predict, and the engine still works', async () => {
    const engine = await wasm({ threads: 2, minThreadedWork: 0 });
    const [executor, other] = [engine.prepare(graph, 16), engine.prepare(graph, 16)];
    const wrongState = expect.objectContaining({ code: 'WRONG_STATE' }) as Error;
    for (const act of [
      () => other.predict(inputs, 16),
      () => executor.predict(inputs, 16),
      () => engine.prepare(graph, 16),
    ]) {
      expect(() => executor.backpropagate(inputs, targets, 16, mseAfter(act))).toThrow(wrongState);
    }
    expect(executor.backpropagate(inputs, targets, 16, mse())).toBe(other.backpropagate(inputs, targets, 16, mse()));
    engine.dispose();
  });

  test('backpropagate throws DISPOSED if the loss disposes the engine', async () => {
    const engine = await wasm({ threads: 2, minThreadedWork: 0 });
    const executor = engine.prepare(graph, 16);
    expect(() =>
      executor.backpropagate(
        inputs,
        targets,
        16,
        mseAfter(() => engine.dispose()),
      ),
    ).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
  });
});
