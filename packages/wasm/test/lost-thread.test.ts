/** A helping thread that ends in the middle of a step, and a loss that throws there: an error, and nothing half-changed. */
import { sigmoid } from '@nnbp/activations';
import { type Loss, mlp, Network, Random } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { adam } from '@nnbp/optim';
import { fit } from '@nnbp/train';
import { wasm } from '@nnbp/wasm';
import { once } from 'node:events';
import { afterEach, describe, expect, test, vi } from 'vitest';

type WorkerClass = typeof import('node:worker_threads').Worker;
const threads = process.getBuiltinModule('node:worker_threads');

/** An engine, the real threads that help it, and when each has ended. */
async function watched(count: number) {
  const helpers: InstanceType<WorkerClass>[] = [];
  const ended: Promise<unknown>[] = [];
  const original = threads.Worker;
  threads.Worker = class extends original {
    constructor(...args: ConstructorParameters<WorkerClass>) {
      super(...args);
      helpers.push(this);
      ended.push(once(this, 'exit'));
    }
  };
  try {
    return { engine: await wasm({ threads: count, minThreadedWork: 0 }), helpers, ended };
  } finally {
    threads.Worker = original;
  }
}

/** Ends a helper, and lets the clock run twenty times as fast, so that the ten seconds of patience are soon over. */
function end(helper: InstanceType<WorkerClass>) {
  void helper.terminate();
  const now = performance.now.bind(performance);
  const begun = now();
  vi.spyOn(performance, 'now').mockImplementation(() => begun + 20 * (now() - begun));
}
afterEach(() => void vi.restoreAllMocks());

/** mse, but before the first time something else. */
function after(act: () => void): Loss {
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

describe('a helper that ends in the middle of a step', () => {
  test.each([2, 3])('of %d threads is missed, and the parameters are those before', async (count) => {
    const { engine, helpers, ended } = await watched(count);
    const executor = engine.prepare(graph, 16);
    executor.parameters.set(new Network(graph, { seed: 2 }).parameters.vector);
    const optimizer = adam({ learningRate: 0.01 });
    for (let k = 0; k < 5; k++) executor.step(inputs, targets, 16, mse(), optimizer);
    const before = executor.parameters.slice();
    const kill = after(() => end(helpers[0]));
    expect(() => {
      for (let k = 0; k < 1000; k++) executor.step(inputs, targets, 16, kill, optimizer);
    }).toThrow(expect.objectContaining({ code: 'THREAD_LOST' }));
    expect(executor.parameters).toEqual(before);

    const lost = expect.objectContaining({ code: 'THREAD_LOST' }) as Error;
    expect(() => executor.predict(inputs, 16)).toThrow(lost);
    expect(() => engine.prepare(graph, 16)).toThrow(lost);
    executor.dispose();
    engine.dispose();
    engine.dispose();
    // All are gone, those too that waited for the one.
    await Promise.all(ended);
  });

  test('ends fit with the parameters of the last step that succeeded', async () => {
    const { engine, helpers } = await watched(2);
    const network = new Network(graph, { seed: 2 });
    const rows = (from: Float32Array, width: number) =>
      Array.from({ length: 16 }, (_, s) => from.subarray(s * width, (s + 1) * width));
    const begun = network.parameters.vector.map(Math.fround);
    await expect(
      fit(
        network,
        { inputs: rows(inputs, 64), targets: rows(targets, 8) },
        { loss: after(() => end(helpers[0])), optimizer: adam(), epochs: 1, batchSize: 16, engine },
      ),
    ).rejects.toMatchObject({ code: 'THREAD_LOST' });
    expect(network.parameters.vector).toEqual(begun);
    engine.dispose();
  });

  test('between two calls is missed at the next', async () => {
    const { engine, helpers } = await watched(2);
    const executor = engine.prepare(graph, 16);
    await helpers[0].terminate();
    expect(() => executor.predict(inputs, 16)).toThrow(expect.objectContaining({ code: 'THREAD_LOST' }));
    engine.dispose();
  });

  test('just before a graph is prepared is missed there', async () => {
    const { engine, helpers } = await watched(2);
    end(helpers[0]);
    expect(() => {
      for (let k = 0; k < 3; k++) engine.prepare(graph, 16);
    }).toThrow(expect.objectContaining({ code: 'THREAD_LOST' }));
    engine.dispose();
  });
});

test('a loss that throws in the middle of a step is heard after it, and the next step is as if nothing had been', async () => {
  const [one, two] = await Promise.all([wasm(), wasm({ threads: 2, minThreadedWork: 0 })]);
  const [alone, crew] = [one, two].map((engine) => {
    const executor = engine.prepare(graph, 16);
    executor.parameters.set(new Network(graph, { seed: 2 }).parameters.vector);
    const optimizer = adam({ learningRate: 0.01 });
    const throwing = after(() => {
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
  expect(crew).toEqual(alone);
  two.dispose();
});

describe('a loss that turns to the engine that calls it is refused, and the engine stays in order', () => {
  test('for a step of another graph, for one of its own, and for a new graph', async () => {
    const engine = await wasm({ threads: 2, minThreadedWork: 0 });
    const [executor, other] = [engine.prepare(graph, 16), engine.prepare(graph, 16)];
    const refused = expect.objectContaining({ code: 'WRONG_STATE' }) as Error;
    for (const act of [
      () => other.predict(inputs, 16),
      () => executor.predict(inputs, 16),
      () => engine.prepare(graph, 16),
    ]) {
      expect(() => executor.backpropagate(inputs, targets, 16, after(act))).toThrow(refused);
    }
    expect(executor.backpropagate(inputs, targets, 16, mse())).toBe(other.backpropagate(inputs, targets, 16, mse()));
    engine.dispose();
  });

  test('to dispose of it ends the step with that', async () => {
    const engine = await wasm({ threads: 2, minThreadedWork: 0 });
    const executor = engine.prepare(graph, 16);
    expect(() =>
      executor.backpropagate(
        inputs,
        targets,
        16,
        after(() => engine.dispose()),
      ),
    ).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
  });
});
