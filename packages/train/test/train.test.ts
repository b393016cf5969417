import { identity, leakyRelu, sigmoid, tanh } from '@nnbp/activations';
import { backpropagate, backpropagateBatch, mlp, Network, type NnbpError, Random, type Row } from '@nnbp/core';
import { binaryCrossEntropyWithLogits, hinge, mse, softmaxCrossEntropy } from '@nnbp/losses';
import { adam, plateau, rprop, sgd } from '@nnbp/optim';
import {
  accuracy,
  type Callback,
  confusionMatrix,
  DivergedError,
  evaluate,
  fit,
  type FitOptions,
  meanAbsoluteError,
  type Progress,
  rSquared,
  type TrainState,
} from '@nnbp/train';
import { describe, expect, test } from 'vitest';
import { xor } from '../../core/test/xor.js';

const line = { inputs: [[1], [2], [3], [4], [5]], targets: [[3], [6], [9], [12], [15]] };
const lineNetwork = (seed = 0) => new Network(mlp([1, 1], { activation: identity, fixed: { c: 1 } }), { seed });
const plain = (overrides: Partial<FitOptions> = {}): FitOptions => ({
  loss: mse(),
  optimizer: sgd({ learningRate: 0.02 }),
  epochs: 3,
  ...overrides,
});
const small = (seed = 1) => new Network(mlp([2, 6, 1], { activation: tanh, outputActivation: identity }), { seed });

async function errorOf(action: Promise<unknown>): Promise<NnbpError> {
  return action.then(
    () => Promise.reject(new Error('Nothing was thrown.')),
    (error: unknown) => error as NnbpError,
  );
}

describe('training', () => {
  test('y = 3x is learned to a loss below 1e-10', async () => {
    const network = lineNetwork();
    const report = await fit(
      network,
      line,
      plain({ epochs: 2000, batchSize: 5, optimizer: sgd({ learningRate: 0.04 }) }),
    );
    expect(report.history.at(-1)?.loss).toBeLessThan(1e-10);
    expect(report.stoppedBy).toBe('epochs');
    expect(network.predict([7])[0]).toBeCloseTo(21, 4);
  });

  test('XOR is learned', async () => {
    const network = small();
    await fit(network, xor, {
      loss: binaryCrossEntropyWithLogits(),
      optimizer: adam({ learningRate: 0.05 }),
      epochs: 300,
      batchSize: 4,
    });
    const { metrics } = await evaluate(network, xor, {
      loss: binaryCrossEntropyWithLogits(),
      metrics: [accuracy({ threshold: 0.3 })],
    });
    expect(metrics.accuracy).toBe(1);
  });

  test('the same seed gives bit-identical parameters, and a different seed gives different ones', async () => {
    const run = async (seed: number) => {
      const network = small(3);
      await fit(network, xor, plain({ seed, epochs: 20, batchSize: 2 }));
      return [...network.parameters.vector];
    };
    expect(await run(5)).toEqual(await run(5));
    expect(await run(5)).not.toEqual(await run(6));
  });

  test('sgd on one batch of all samples is bit-identical to gradient descent', async () => {
    const [one, two] = [small(2), small(2)];
    await fit(one, xor, plain({ epochs: 10, batchSize: 4, shuffle: false }));
    for (let epoch = 0; epoch < 10; epoch++) {
      const { gradients } = backpropagateBatch(two, xor.inputs, xor.targets, mse());
      gradients.vector.forEach((g, p) => (two.parameters.vector[p] -= 0.02 * g));
    }
    expect([...one.parameters.vector]).toEqual([...two.parameters.vector]);
  });

  test('rprop, a full-batch optimizer, learns XOR with the default batch size', async () => {
    const network = small();
    const report = await fit(network, xor, plain({ optimizer: rprop(), epochs: 150 }));
    expect(report.history.at(-1)?.loss).toBeLessThan(1e-3);
  });

  test('fit accepts an array of samples', async () => {
    const network = lineNetwork();
    await fit(
      network,
      line.inputs.map((input, s) => ({ input, target: line.targets[s] })),
      plain({ epochs: 300 }),
    );
    expect(network.predict([2])[0]).toBeCloseTo(6, 1);
  });
});

describe('scalers', () => {
  const unscaled = {
    inputs: [
      [1000, 7],
      [1010, 7],
      [1020, 7],
      [1030, 7],
    ],
    targets: [[5e5], [6e5], [7e5], [8e5]],
  };

  test('scalers belong to the network, which takes and returns data in their original units', async () => {
    const network = new Network(mlp([2, 1], { activation: identity, fixed: { c: 1 } }));
    await fit(network, unscaled, plain({ standardize: true, epochs: 400, optimizer: sgd({ learningRate: 0.1 }) }));
    expect(network.predict([1015, 7])[0] / 6.5e5).toBeCloseTo(1, 3);
    expect(network.inputScaler?.mean).toEqual([1015, 7]);
    expect(network.inputScaler?.deviation[1]).toBe(1);
    const { metrics } = await evaluate(network, unscaled, { loss: mse(), metrics: [meanAbsoluteError(), rSquared()] });
    expect(metrics.rSquared).toBeCloseTo(1, 5);
    expect(metrics.meanAbsoluteError).toBeLessThan(500);
  });

  test('fit keeps existing scalers', async () => {
    const network = lineNetwork();
    await fit(network, line, plain({ standardize: { inputs: true } }));
    const scaler = network.inputScaler;
    await fit(
      network,
      { inputs: [[100], [200]], targets: [[1], [2]] },
      plain({ standardize: true, optimizer: sgd({ learningRate: 1e-6 }) }),
    );
    expect(network.inputScaler).toBe(scaler);
    expect(network.outputScaler).toBeDefined();
  });
});

describe('validation, metrics and early stopping', () => {
  test('a validation fraction selects the same samples for the same seed, and these samples are evaluated in each epoch', async () => {
    const report = await fit(lineNetwork(), line, plain({ validation: 0.4, metrics: [meanAbsoluteError()] }));
    expect(report.history[0].validationLoss).toBeGreaterThan(0);
    expect(report.history[0].metrics.meanAbsoluteError).toBeGreaterThan(0);
    const again = await fit(lineNetwork(), line, plain({ validation: 0.4, metrics: [meanAbsoluteError()] }));
    expect(again.history.map(({ loss }) => loss)).toEqual(report.history.map(({ loss }) => loss));
  });

  test('without validation data, metrics are computed on the training data', async () => {
    const { history } = await fit(lineNetwork(), line, plain({ metrics: [meanAbsoluteError()] }));
    expect(history[2].metrics.meanAbsoluteError).toBeGreaterThan(0);
    expect(history[2].validationLoss).toBeUndefined();
  });

  test('after an abort, the network has the best parameters if early stopping is on, and otherwise the last parameters', async () => {
    for (const earlyStopping of [{ patience: 99 }, undefined]) {
      const network = lineNetwork();
      const controller = new AbortController();
      const parametersByEpoch: number[][] = [];
      const losses: number[] = [];
      await expect(
        fit(network, line, {
          loss: mse(),
          // Overshoots: the validation loss rises after the first epochs.
          optimizer: sgd({ learningRate: 0.11 }),
          epochs: 50,
          batchSize: 5,
          validation: { inputs: [[1]], targets: [[3]] },
          ...(earlyStopping && { earlyStopping }),
          signal: controller.signal,
          callbacks: [
            {
              onEpochEnd({ history }) {
                parametersByEpoch.push([...network.parameters.vector]);
                losses.push(history.at(-1)!.validationLoss!);
                if (parametersByEpoch.length === 8) controller.abort(new Error('enough'));
              },
            },
          ],
        }),
      ).rejects.toThrow('enough');
      const best = losses.indexOf(Math.min(...losses));
      expect(best).toBeLessThan(7);
      expect([...network.parameters.vector]).toEqual(parametersByEpoch[earlyStopping ? best : 7]);
    }
  });

  test('early stopping restores the best parameters', async () => {
    const network = lineNetwork();
    const seen: number[][] = [];
    const report = await fit(network, line, {
      ...plain({ epochs: 50, batchSize: 1, optimizer: sgd({ learningRate: 0.01 }) }),
      validation: { inputs: [[1]], targets: [[1]] },
      earlyStopping: { patience: 3 },
      callbacks: [{ onEpochEnd: ({ network: now }) => void seen.push([...now.parameters.vector]) }],
    });
    const losses = report.history.map(({ validationLoss }) => validationLoss ?? NaN);
    const best = losses.indexOf(Math.min(...losses));
    expect(report.stoppedBy).toBe('early stopping');
    expect(report.bestEpoch).toBe(best + 1);
    expect(report.history).toHaveLength(best + 1 + 4);
    expect([...network.parameters.vector]).toEqual(seen[best]);
  });

  test('a plateau schedule observes the loss', async () => {
    const schedule = plateau({ initial: 1e-9, patience: 0, threshold: 0.5, factor: 0.1 });
    await fit(lineNetwork(), line, plain({ optimizer: sgd({ learningRate: schedule }), epochs: 4 }));
    expect(schedule.state?.().bad).toBe(0);
    expect(schedule.state?.().best).toBeLessThan(Infinity);
  });
});

describe('metrics equal values computed by hand', () => {
  const resultOf = (metric: ReturnType<typeof accuracy>, pairs: [Row, Row][]) => {
    const accumulator = metric.start(pairs[0][0].length);
    for (const [output, target] of pairs) accumulator.add(output, target, 0);
    return accumulator.result();
  };
  const classes: [Row, Row][] = [
    [
      [0.9, 0.1, 0],
      [1, 0, 0],
    ],
    [
      [0.2, 0.3, 0.5],
      [0, 1, 0],
    ],
    [
      [0, 1, 0],
      [0, 1, 0],
    ],
  ];
  test('accuracy and confusionMatrix of several classes equal values computed by hand', () => {
    expect(resultOf(accuracy(), classes)).toBeCloseTo(2 / 3, 15);
    expect(resultOf(confusionMatrix(), classes)).toEqual([
      [1, 0, 0],
      [0, 1, 1],
      [0, 0, 0],
    ]);
  });
  test('accuracy with a threshold and confusionMatrix of two classes equal values computed by hand', () => {
    const pairs: [Row, Row][] = [
      [[0.2], [1]],
      [[-0.2], [-1]],
      [[0.7], [1]],
    ];
    expect(resultOf(accuracy({ threshold: 0 }), pairs)).toBe(1);
    expect(resultOf(accuracy(), pairs)).toBeCloseTo(2 / 3, 15);
    expect(resultOf(confusionMatrix(), pairs)).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });
  test('meanAbsoluteError and rSquared equal values computed by hand', () => {
    const pairs: [Row, Row][] = [
      [
        [1, 2],
        [2, 2],
      ],
      [
        [3, 4],
        [4, 1],
      ],
    ];
    expect(resultOf(meanAbsoluteError(), pairs)).toBe(5 / 4);
    expect(
      resultOf(rSquared(), [
        [[1], [1]],
        [[2], [3]],
      ]),
    ).toBe(0.5);
  });
});

describe('callbacks', () => {
  test('callbacks are called in order and awaited', async () => {
    const events: string[] = [];
    const names = ['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd'] as const;
    const callback = Object.fromEntries(
      names.map((name) => [
        name,
        async ({ epoch, batch }: Progress) => {
          await Promise.resolve();
          events.push(`${name} ${epoch}.${batch}`);
        },
      ]),
    ) as Callback;
    await fit(lineNetwork(), line, plain({ epochs: 1, batchSize: 3, callbacks: [callback] }));
    expect(events).toEqual([
      'onTrainBegin 0.0',
      'onEpochBegin 1.0',
      'onBatchEnd 1.1',
      'onBatchEnd 1.2',
      'onEpochEnd 1.2',
      'onTrainEnd 1.2',
    ]);
  });

  test('a callback can stop training, even within an epoch', async () => {
    const steps: number[] = [];
    const report = await fit(
      lineNetwork(),
      line,
      plain({
        epochs: 100,
        batchSize: 1,
        callbacks: [
          {
            onBatchEnd({ batch, stop }) {
              steps.push(batch);
              if (batch === 3) stop();
            },
          },
        ],
      }),
    );
    expect(report.stoppedBy).toBe('callback');
    expect(steps).toEqual([1, 2, 3]);
  });

  test('stop has no effect after training has ended', async () => {
    const callbacks = [{ onTrainEnd: ({ stop }: Progress) => stop() }];
    expect((await fit(lineNetwork(), line, plain({ epochs: 2, callbacks }))).stoppedBy).toBe('epochs');
  });

  test('if onTrainBegin was called, teardown is called last, no matter how training ends', async () => {
    const runs: string[] = [];
    const callback = (name: string, methods: Callback = {}): Callback => ({
      ...methods,
      teardown: () => void runs.push(name),
    });
    const controller = new AbortController();
    const ends = callback('first', { onTrainEnd: () => void runs.push('end') });
    await fit(lineNetwork(), line, plain({ epochs: 1, callbacks: [ends, callback('second')] }));
    const endings: readonly [message: string, ending: Callback, signal?: AbortSignal][] = [
      ['on purpose', { onBatchEnd: () => Promise.reject(new Error('on purpose')) }],
      ['aborted', { onEpochBegin: () => controller.abort(new Error('aborted')) }, controller.signal],
    ];
    for (const [message, ending, signal] of endings) {
      const callbacks = [callback('first', ending), callback('second')];
      const error = await errorOf(fit(lineNetwork(), line, plain({ epochs: 1, callbacks, ...(signal && { signal }) })));
      expect(error.message).toBe(message);
    }
    expect(runs).toEqual(['end', 'first', 'second', 'first', 'second', 'first', 'second']);

    const begin = { onTrainBegin: () => Promise.reject(new Error('begin')) };
    await errorOf(fit(lineNetwork(), line, plain({ callbacks: [callback('third', begin), callback('fourth')] })));
    expect(runs.slice(7)).toEqual(['third']);
    const failing = { teardown: () => Promise.reject(new Error('teardown')) };
    expect((await errorOf(fit(lineNetwork(), line, plain({ epochs: 1, callbacks: [failing] })))).message).toBe(
      'teardown',
    );
    const both = { ...begin, ...failing };
    expect((await errorOf(fit(lineNetwork(), line, plain({ callbacks: [both] })))).message).toBe('begin');
  });

  test('if a callback rejects, training stops and the network keeps the parameters of the last valid step', async () => {
    const network = lineNetwork();
    const before = [...network.parameters.vector];
    const error = await errorOf(
      fit(network, line, plain({ callbacks: [{ onBatchEnd: () => Promise.reject(new Error('on purpose')) }] })),
    );
    expect(error.message).toBe('on purpose');
    expect([...network.parameters.vector]).not.toEqual(before);
  });
});

describe('aborting', () => {
  test('an abort before the start does not change the parameters', async () => {
    const network = lineNetwork();
    const before = [...network.parameters.vector];
    const error = await errorOf(fit(network, line, plain({ signal: AbortSignal.abort(new Error('no')) })));
    expect(error.message).toBe('no');
    expect([...network.parameters.vector]).toEqual(before);
  });

  test('if training is aborted between steps or at the beginning of an epoch, fit rejects with the abort reason', async () => {
    for (const event of ['onBatchEnd', 'onEpochBegin'] as const) {
      const controller = new AbortController();
      const callbacks = [
        {
          [event]({ epoch }: Progress) {
            if (epoch === 2) controller.abort(new Error('enough'));
          },
        },
      ];
      const error = await errorOf(fit(lineNetwork(), line, plain({ epochs: 9, callbacks, signal: controller.signal })));
      expect(error.message).toBe('enough');
    }
  });
});

test('fit yields to the event loop during training', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  await fit(small(), xor, plain({ epochs: 3000, yieldEvery: 0, batchSize: 1 }));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(3);
});

describe('streams', () => {
  async function* stream(count: number) {
    for (let s = 0; s < count; s++) {
      await Promise.resolve();
      yield { input: [1 + (s % 5)], target: [3 * (1 + (s % 5))] };
    }
  }

  test('fit on a stream is bit-identical to fit on a table, and opens the stream again in each epoch', async () => {
    const [one, two] = [lineNetwork(), lineNetwork()];
    await fit(one, () => stream(5), plain({ epochs: 4, batchSize: 2, validation: () => stream(5) }));
    await fit(two, line, plain({ epochs: 4, batchSize: 2, shuffle: false }));
    expect([...one.parameters.vector]).toEqual([...two.parameters.vector]);
    expect((await evaluate(one, stream(5), { loss: mse(), batchSize: 2 })).loss).toBe(
      (await evaluate(one, line, { loss: mse() })).loss,
    );
  });

  test('fit rejects a stream that is exhausted, empty or malformed, and options that need all samples in memory', async () => {
    expect((await errorOf(fit(lineNetwork(), stream(5), plain()))).message).toMatch(/new stream/);
    expect((await errorOf(fit(lineNetwork(), () => stream(0), plain()))).code).toBe('EMPTY_DATA');
    const wrong = async function* () {
      yield* stream(3);
      yield { input: [NaN], target: [1] };
    };
    expect((await errorOf(fit(lineNetwork(), wrong, plain()))).message).toMatch(/sample 3.*NaN/);
    expect((await errorOf(fit(lineNetwork(), () => stream(5), plain({ standardize: true })))).code).toBe('WRONG_TYPE');
    expect((await errorOf(fit(lineNetwork(), () => stream(5), plain({ validation: 0.5 })))).code).toBe('WRONG_TYPE');
    expect((await errorOf(fit(lineNetwork(), () => stream(5), plain({ optimizer: rprop() })))).message).toMatch(
      /batchSize/,
    );
  });

  test('a stream is closed when training stops early', async () => {
    let closed = false;
    const endless = async function* () {
      try {
        for (;;) yield* stream(5);
      } finally {
        closed = true;
      }
    };
    await fit(lineNetwork(), endless, plain({ callbacks: [{ onBatchEnd: ({ stop }) => stop() }] }));
    expect(closed).toBe(true);
  });
});

test('training that was stopped resumes bit-for-bit', async () => {
  const options = (overrides: Partial<FitOptions>) =>
    plain({
      optimizer: adam({ learningRate: 0.05 }),
      epochs: 12,
      batchSize: 2,
      seed: 4,
      earlyStopping: { patience: 99, monitor: 'training' },
      ...overrides,
    });
  const uninterrupted = small();
  await fit(uninterrupted, xor, options({}));
  const stopped = small();
  let state: TrainState | undefined;
  let parameters: number[] = [];
  await fit(
    stopped,
    xor,
    options({
      callbacks: [
        {
          onEpochEnd(now) {
            if (now.epoch !== 5) return;
            state = now.state();
            parameters = [...now.network.parameters.vector];
            now.stop();
          },
        },
      ],
      earlyStopping: { patience: 99, monitor: 'training' },
    }),
  );
  if (state === undefined) throw new Error('There was no fifth epoch.');
  const resumed = small();
  resumed.parameters.vector.set(parameters);
  await fit(resumed, xor, options({ resume: state }));
  expect([...resumed.parameters.vector]).toEqual([...uninterrupted.parameters.vector]);
});

test('fit keeps the scalers of a network if the state to resume is rejected', async () => {
  const network = lineNetwork();
  const resume = { epoch: 1, random: new Random(0).state(), optimizer: { wrong: true } } as unknown as TrainState;
  await expect(fit(network, line, plain({ standardize: true, resume }))).rejects.toThrow();
  expect([network.inputScaler, network.outputScaler]).toEqual([undefined, undefined]);
});

describe('a number that is not finite stops training with a DivergedError', () => {
  test('a learning rate that is too large is reported', async () => {
    const network = new Network(mlp([1, 1], { activation: identity, fixed: { c: 1 } }), { seed: 1 });
    const error = await errorOf(fit(network, line, plain({ optimizer: sgd({ learningRate: 1e4 }), epochs: 1000 })));
    expect(error).toBeInstanceOf(DivergedError);
    expect(error).toMatchObject({ code: 'DIVERGED', likelyCause: 'rate' });
    expect(error.message).toMatch(/smaller learning rate/);
    expect(network.parameters.vector.every(Number.isFinite)).toBe(true);
  });

  test('inputs that are not standardized are reported, with the first node that overflows', async () => {
    const network = new Network(mlp([1, 2, 1], { activation: leakyRelu, fixed: { c: 1 } }), { seed: 1 });
    const before = [...network.parameters.vector];
    const huge = { inputs: [[1e200], [-1e308]], targets: [[0], [0]] };
    const error = await errorOf(fit(network, huge, plain({ batchSize: 2, shuffle: false })));
    expect(error).toMatchObject({ epoch: 1, batch: 1, likelyCause: 'unscaled input' });
    expect(error.message).toMatch(/standardize: true/);
    expect([...network.parameters.vector]).toEqual(before);
    const largeWeights = new Network(mlp([1, 1], { activation: identity }), { initializer: () => 1e300 });
    expect(await errorOf(fit(largeWeights, { inputs: [[1e100]], targets: [[0]] }, plain()))).toMatchObject({
      node: 'output.0',
      sample: 0,
    });
  });

  test('large inputs of an earlier batch are not reported as the cause', async () => {
    const huge = { inputs: [[1], [1e5], [0.5]], targets: [[0], [0], [7]] };
    const loss = { ...mse(), value: (_: unknown, t: ArrayLike<number>) => (t[0] === 7 ? Infinity : 0) };
    const options = plain({ loss, optimizer: sgd({ learningRate: 0 }), batchSize: 2, shuffle: false });
    expect(await errorOf(fit(lineNetwork(), huge, options))).toMatchObject({ batch: 2, likelyCause: 'saturation' });
  });

  test('a loss that is not finite, and a gradient that is not finite, are reported', async () => {
    const bad = { ...mse(), value: () => Infinity };
    expect(await errorOf(fit(lineNetwork(), line, plain({ loss: bad })))).toMatchObject({
      likelyCause: 'saturation',
      node: undefined,
    });
    const worse = {
      ...mse(),
      derivative: (_: unknown, __: unknown, d: Float64Array | Float32Array) => void d.fill(NaN),
    };
    expect(await errorOf(fit(lineNetwork(), line, plain({ loss: worse })))).toMatchObject({
      likelyCause: 'gradient',
      message: expect.stringContaining(
        'all values are finite, but the loss, its gradient or the update is not',
      ) as string,
    });
  });
});

describe('invalid arguments are reported before anything is changed', () => {
  test.each<[string, string, Parameters<typeof fit>[1], Partial<FitOptions>]>([
    ['a table without samples', 'EMPTY_DATA', { inputs: [], targets: [] }, {}],
    ['fewer targets than inputs', 'WRONG_LENGTH', { inputs: [[1]], targets: [] }, {}],
    ['a short row', 'WRONG_LENGTH', { inputs: [[]], targets: [[1]] }, {}],
    ['NaN', 'NOT_FINITE', { inputs: [[1]], targets: [[NaN]] }, { standardize: true }],
    [
      'a target the loss cannot use',
      'WRONG_TARGET',
      { inputs: [[1], [2]], targets: [[1], [0.5]] },
      { loss: hinge(), standardize: { inputs: true } },
    ],
    ['batch size 0', 'OUT_OF_RANGE', line, { batchSize: 0 }],
    ['a fractional number of epochs', 'OUT_OF_RANGE', line, { epochs: 0.5 }],
    ['a validation fraction above 1', 'OUT_OF_RANGE', line, { validation: 2 }],
    ['rprop with a batch size below the number of samples', 'OUT_OF_RANGE', line, { optimizer: rprop(), batchSize: 2 }],
    [
      'validation data of the wrong width',
      'WRONG_LENGTH',
      line,
      { validation: { inputs: [[1, 2]], targets: [[1]] }, standardize: true },
    ],
    ['patience below 0', 'OUT_OF_RANGE', line, { earlyStopping: { patience: -1 } }],
    [
      'early stopping that monitors a missing validation set',
      'EMPTY_DATA',
      line,
      { earlyStopping: { patience: 1, monitor: 'validation' } },
    ],
  ])('fit rejects %s', async (_, code, data, overrides) => {
    const network = lineNetwork();
    const before = [...network.parameters.vector];
    expect((await errorOf(fit(network, data, plain(overrides)))).code).toBe(code);
    expect([...network.parameters.vector]).toEqual(before);
  });

  test('evaluate rejects invalid arguments', async () => {
    expect((await errorOf(evaluate(lineNetwork(), line, { loss: mse(), batchSize: 0 }))).code).toBe('OUT_OF_RANGE');
    expect((await errorOf(evaluate(lineNetwork(), { inputs: [[1]], targets: [[]] }, { loss: mse() }))).code).toBe(
      'WRONG_LENGTH',
    );
  });
});

test('evaluate returns the mean of the per-sample losses', async () => {
  const network = new Network(mlp([2, 3], { activation: sigmoid }), { seed: 2 });
  const random = new Random(1);
  const inputs = Array.from({ length: 7 }, () => [random.normal(), random.normal()]);
  const targets = inputs.map((_, s) => [0, 1, 2].map((k) => Number(k === s % 3)));
  const evaluation = await evaluate(network, { inputs, targets }, { loss: softmaxCrossEntropy(), batchSize: 3 });
  const mean = inputs.reduce(
    (sum, input, s) => sum + backpropagate(network, input, targets[s], softmaxCrossEntropy()).loss / 7,
    0,
  );
  expect(evaluation.loss).toBeCloseTo(mean, 14);
});

test('a metric does not change training', async () => {
  const [alone, watched] = [small(), small()];
  await fit(alone, xor, plain({ batchSize: 2, seed: 3 }));
  await fit(watched, xor, plain({ batchSize: 2, seed: 3, metrics: [meanAbsoluteError()] }));
  expect([...watched.parameters.vector]).toEqual([...alone.parameters.vector]);
});

test('errors name the row in the original table, even with a validation split', async () => {
  const inputs = Array.from({ length: 20 }, (_, s) => [s === 7 ? NaN : s / 20]);
  const data = { inputs, targets: inputs.map(() => [1]) };
  for (const seed of [0, 1, 2, 3]) {
    expect((await errorOf(fit(lineNetwork(), data, plain({ validation: 0.3, seed })))).message).toMatch(
      /sample 7\b.*NaN/,
    );
  }
  inputs[7] = [1e300];
  for (const seed of [0, 1, 2, 3, 4, 5]) {
    const error = await errorOf(fit(lineNetwork(), data, plain({ validation: 0.1, seed, batchSize: 1 })));
    expect((error as DivergedError).sample).toBe(7);
  }
});
