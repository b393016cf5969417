import { identity } from '@nnbp/activations';
import { mlp, Network } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { adam } from '@nnbp/optim';
import {
  type Callback,
  evaluate,
  fit,
  type FitOptions,
  type Progress,
  type Sample,
  type SampleStream,
} from '@nnbp/train';
import { wasm } from '@nnbp/wasm';
import { describe, expect, test } from 'vitest';

const data = { inputs: [[1], [2], [3], [4]], targets: [[3], [6], [9], [12]] };
const lineNetwork = () => new Network(mlp([1, 1], { activation: identity, fixed: { c: 1 } }));
const options = (overrides: Partial<FitOptions>): FitOptions => ({
  loss: mse(),
  optimizer: adam({ learningRate: 0.1 }),
  epochs: 3,
  batchSize: 2,
  ...overrides,
});
const events = ['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd'] as const;
const on = (event: (typeof events)[number], action: (progress: Progress) => void | Promise<void>): Callback => ({
  [event]: action,
});
const never = () => new Promise<never>(() => undefined);
const reasonOf = (work: Promise<unknown>) =>
  work.then(
    () => 'resolved',
    (error: unknown) => (error as Error).message,
  );
/** The parameters after the given number of optimizer steps of a run without faults. */
async function parametersAfter(steps: number): Promise<number[]> {
  const network = lineNetwork();
  let taken = 0;
  const count = on('onBatchEnd', ({ stop }) => {
    if (++taken === steps) stop();
  });
  if (steps > 0) await fit(network, data, options({ callbacks: [count] }));
  return [...network.parameters.vector];
}
/** Number of optimizer steps taken before the first call of each callback. */
const stepsBefore = { onTrainBegin: 0, onEpochBegin: 0, onBatchEnd: 1, onEpochEnd: 2, onTrainEnd: 6 };

const engines = { js: undefined, wasm: await wasm() };

describe.each(Object.entries(engines))('a callback with the %s engine', (_, engine) => {
  const train = (network: Network, overrides: Partial<FitOptions>) =>
    fit(network, data, options({ ...(engine && { engine }), ...overrides }));

  test.each(events)(
    'if the %s callback throws, fit rejects with the error and keeps the parameters of the last valid step',
    async (event) => {
      const network = lineNetwork();
      const callback = on(event, () => {
        throw new Error('on purpose');
      });
      expect(await reasonOf(train(network, { callbacks: [callback] }))).toBe('on purpose');
      const expected = await parametersAfter(stepsBefore[event]);
      [...network.parameters.vector].forEach((p, k) => expect(p).toBeCloseTo(expected[k], engine ? 5 : 14));
      expect((await train(network, {})).stoppedBy).toBe('epochs');
    },
  );

  test.each(events)('if the %s callback rejects, fit rejects with the error', async (event) => {
    const callback = on(event, () => Promise.reject(new Error('on purpose')));
    expect(await reasonOf(train(lineNetwork(), { callbacks: [callback] }))).toBe('on purpose');
  });

  test.each(events)('a callback whose %s never resolves is abandoned when the signal is aborted', async (event) => {
    const network = lineNetwork();
    const controller = new AbortController();
    const callback = on(event, () => {
      setTimeout(() => controller.abort(new Error('enough')), 0);
      return never();
    });
    expect(await reasonOf(train(network, { callbacks: [callback], signal: controller.signal }))).toBe('enough');
    const expected = await parametersAfter(stepsBefore[event]);
    [...network.parameters.vector].forEach((p, k) => expect(p).toBeCloseTo(expected[k], engine ? 5 : 14));
  });
});

describe('the signal', () => {
  async function* samples(count: number): AsyncGenerator<Sample> {
    for (let s = 0; s < count; s++) {
      await Promise.resolve();
      yield { input: [s], target: [3 * s] };
    }
  }
  test.each(['data', 'validation data'])('an abort ends the wait for %s that never arrive', async (what) => {
    const controller = new AbortController();
    async function* stuck(): AsyncGenerator<Sample> {
      yield* samples(3);
      setTimeout(() => controller.abort(new Error('enough')), 0);
      await never();
    }
    const [stream, overrides]: [SampleStream, Partial<FitOptions>] =
      what === 'data' ? [stuck, {}] : [() => samples(4), { validation: stuck }];
    expect(await reasonOf(fit(lineNetwork(), stream, options({ signal: controller.signal, ...overrides })))).toBe(
      'enough',
    );
  });

  test('evaluating a large data set yields to the event loop, so an abort can stop it', async () => {
    const many = {
      inputs: Array.from({ length: 200_000 }, (_, s) => [s / 1e5]),
      targets: Array.from({ length: 200_000 }, () => [1]),
    };
    /** A loss and a signal that is aborted, in a separate task, after 1,000 evaluations of the loss. */
    const aborting = () => {
      const controller = new AbortController();
      const { builtin: _, ...plain } = mse();
      let evaluations = 0;
      const loss = {
        ...plain,
        value: (...args: Parameters<typeof plain.value>) => {
          if (++evaluations === 1000) setTimeout(() => controller.abort(new Error('enough')), 0);
          return plain.value(...args);
        },
      };
      return { loss, signal: controller.signal, evaluations: () => evaluations };
    };
    const evaluation = aborting();
    expect(await reasonOf(evaluate(lineNetwork(), many, evaluation))).toBe('enough');
    expect(evaluation.evaluations()).toBeLessThan(200_000);
    const { loss, signal } = aborting();
    expect(await reasonOf(fit(lineNetwork(), data, options({ loss, validation: many, signal, epochs: 1 })))).toBe(
      'enough',
    );
    expect(
      await reasonOf(evaluate(lineNetwork(), data, { loss: mse(), signal: AbortSignal.abort(new Error('no')) })),
    ).toBe('no');
  });

  test('the signal has no listeners after training', async () => {
    const { signal } = new AbortController();
    const added: unknown[] = [];
    const watched = new Proxy(signal, {
      get(target, name) {
        if (name === 'addEventListener' || name === 'removeEventListener') {
          return (type: string, listener: () => void) => {
            if (name === 'addEventListener') added.push(listener);
            else added.splice(added.indexOf(listener), 1);
            target[name](type, listener);
          };
        }
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    await fit(
      lineNetwork(),
      () => samples(4),
      options({ signal: watched, callbacks: [on('onBatchEnd', () => Promise.resolve())] }),
    );
    await Promise.resolve();
    expect(added).toEqual([]);
  });

  test('if a sample of the validation stream is rejected, the error names the stream, and the stream is closed', async () => {
    let closed = 0;
    async function* watched(): AsyncGenerator<Sample> {
      try {
        yield* samples(9);
        yield { input: [NaN], target: [1] };
      } finally {
        closed++;
      }
    }
    expect(await reasonOf(fit(lineNetwork(), () => samples(4), options({ validation: watched })))).toMatch(
      /^validation, sample 9.*NaN/,
    );
    expect(closed).toBe(1);
  });
});

test('a stream that fails to close does not hide why training stopped', async () => {
  const corrupt = (): AsyncIterable<Sample> => ({
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.resolve({ done: false as const, value: { input: [NaN], target: [1] } }),
      return: () => Promise.reject(new Error('return failed')),
    }),
  });
  expect(await reasonOf(fit(lineNetwork(), corrupt, options({})))).toMatch(/NaN/);
});
