/** Tests of training on sequences, with sample weights, and with frozen parameters. */
import { identity, sigmoid, tanh } from '@nnbp/activations';
import {
  backpropagateSequence,
  delayed,
  GraphBuilder,
  js,
  mlp,
  Network,
  type Optimizer,
  predictSequence,
  Random,
  reference,
} from '@nnbp/core';
import { hinge, mse } from '@nnbp/losses';
import {
  adam,
  chain,
  clipByNorm,
  decayWeights,
  l1Penalty,
  lbfgs,
  levenbergMarquardt,
  optimizerRecords,
  sgd,
} from '@nnbp/optim';
import {
  classWeights,
  type Data,
  evaluate,
  fit,
  type FitOptions,
  meanAbsoluteError,
  Trainer,
  type TrainState,
} from '@nnbp/train';
import { describe, expect, test } from 'vitest';

/** A network of two recurrent nodes, with delays of one and two steps, and an output. */
function recurrent(seed = 1): Network {
  const builder = new GraphBuilder();
  const x = builder.input('x');
  builder.node('h', { from: [x, delayed('h'), delayed('k', 2)], activation: tanh });
  builder.node('k', { from: [x, 'h', delayed('h')], activation: tanh });
  builder.output(builder.node('y', { from: ['h', 'k'], activation: identity }));
  return new Network(builder.build(), { seed });
}

/** Sequences whose target is the sum of the last two inputs. The first step has no target. */
function sums(count: number, length: (n: number) => number, seed = 1) {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, n) => {
    const inputs = Array.from({ length: length(n) }, () => [random.uniform() - 0.5]);
    return { inputs, targets: inputs.map(([x], t) => (t === 0 ? null : [x + inputs[t - 1][0]])) };
  });
}
const data: Data = { sequences: sums(11, (n) => 2 + (n % 4)) };
const options = (overrides: Partial<FitOptions> = {}): FitOptions => ({
  loss: mse(),
  optimizer: adam({ learningRate: 0.02 }),
  epochs: 3,
  batchSize: 4,
  ...overrides,
});
const parametersOf = (network: Network) => [...network.parameters.vector];
async function* streamOf<Item>(item: Item) {
  yield await Promise.resolve(item);
}

describe('sequences', () => {
  test('a recurrent network learns to add the last two inputs', async () => {
    const network = recurrent();
    const { history } = await fit(network, { sequences: sums(40, (n) => 4 + (n % 5)) }, options({ epochs: 150 }));
    expect(history.at(-1)!.loss).toBeLessThan(1e-3);
    const [fresh] = sums(1, () => 20, 9);
    const predicted = predictSequence(network, fresh.inputs);
    fresh.targets.forEach((target, t) => {
      if (target !== null) expect(predicted[t][0]).toBeCloseTo(target[0], 0);
    });
  });

  test('the gradient of a batch of sequences is the mean over all steps with a target', async () => {
    const [trained, initial] = [recurrent(), recurrent()];
    const { sequences } = { sequences: sums(5, (n) => 2 + n) };
    await fit(trained, { sequences }, options({ epochs: 1, batchSize: 5, optimizer: sgd({ learningRate: 0.1 }) }));
    const passes = sequences.map(({ inputs, targets }) => backpropagateSequence(initial, inputs, targets, mse()));
    const steps = sequences.map(({ inputs }) => inputs.length - 1);
    const all = steps.reduce((a, b) => a + b);
    initial.parameters.vector.forEach((p, k) => {
      const gradient = passes.reduce((sum, { gradients }, n) => sum + (gradients.vector[k] * steps[n]) / all, 0);
      expect(trained.parameters.vector[k]).toBeCloseTo(p - 0.1 * gradient, 12);
    });
  });

  test('training and evaluation on sequences give the same results on the js and the reference engine', async () => {
    for (const truncate of [undefined, 2]) {
      const [one, two] = [recurrent(), recurrent()];
      const overrides = { validation: 0.3, metrics: [meanAbsoluteError()], ...(truncate && { truncate }) };
      const a = await fit(one, data, options({ ...overrides, engine: js() }));
      const b = await fit(two, data, options({ ...overrides, engine: reference() }));
      parametersOf(one).forEach((p, k) => expect(p).toBeCloseTo(two.parameters.vector[k], 10));
      a.history.forEach(({ loss, validationLoss }, k) => {
        expect(loss).toBeCloseTo(b.history[k].loss, 10);
        expect(validationLoss).toBeCloseTo(b.history[k].validationLoss!, 10);
      });
    }
  });

  test('truncation does not change the loss of sequences, but changes their gradient', async () => {
    const noUpdate = () => sgd({ learningRate: 0 });
    const losses = await Promise.all(
      [undefined, 1, 2, 3].map(async (truncate) => {
        const overrides = { optimizer: noUpdate(), epochs: 1, ...(truncate && { truncate }) };
        return (await fit(recurrent(), data, options(overrides))).history[0].loss;
      }),
    );
    for (const loss of losses) expect(loss).toBeCloseTo(losses[0], 12);
    expect((await evaluate(recurrent(), data, { loss: mse(), batchSize: 3 })).loss).toBeCloseTo(losses[0], 12);
    const [full, truncated] = [recurrent(), recurrent()];
    await fit(full, data, options({ optimizer: sgd({ learningRate: 0.1 }), epochs: 1, batchSize: 11 }));
    await fit(
      truncated,
      data,
      options({ optimizer: sgd({ learningRate: 0.1 }), epochs: 1, batchSize: 11, truncate: 3 }),
    );
    expect(parametersOf(truncated)).not.toEqual(parametersOf(full));
  });

  test('training resumes bit-for-bit after any batch, even between the windows of a sequence', async () => {
    for (let steps = 0; steps < 12; steps++) {
      const [one, two] = [recurrent(), recurrent()];
      const first = new Trainer(one, data, options({ truncate: 2 }));
      for (let k = 0; k < steps; k++) await first.step();
      const { state } = first;
      two.parameters.vector.set(one.parameters.vector);
      const second = new Trainer(two, data, options({ truncate: 2 }));
      second.restore(structuredClone(state));
      for (const trainer of [first, second]) {
        await trainer.epoch();
        await trainer.epoch();
      }
      expect(parametersOf(two)).toEqual(parametersOf(one));
    }
  });

  test('sequences are standardized over all of their steps', async () => {
    const network = recurrent();
    const unscaled = sums(6, () => 4).map(({ inputs, targets }) => ({
      inputs: inputs.map(([x]) => [1000 + x]),
      targets: targets.map((target) => target && [target[0] * 1e5]),
    }));
    await fit(network, { sequences: unscaled }, options({ standardize: true, epochs: 100 }));
    expect(network.inputScaler!.mean[0]).toBeCloseTo(1000, 0);
    expect(predictSequence(network, unscaled[0].inputs)[1][0] / 1e5).toBeCloseTo(unscaled[0].targets[1]![0] / 1e5, 0);
  });

  test('the error for an overflow in a truncated sequence names the batch in which the overflow occurs', async () => {
    const network = recurrent();
    const sequences = [{ inputs: [[1], [1]], targets: [[1], [1e300]] }];
    await expect(fit(network, { sequences }, options({ truncate: 1 }))).rejects.toMatchObject({
      code: 'DIVERGED',
      batch: 2,
    });
  });

  test('a step of fit on sequences with several inputs and outputs is bit-identical to a step of an executor', async () => {
    const builder = new GraphBuilder();
    const from = [builder.input('x'), builder.input('y'), delayed('a', 2, { initial: 0.5 }), delayed('b')];
    for (const id of ['a', 'b']) builder.output(builder.node(id, { from, activation: tanh }));
    const network = new Network(builder.build(), { seed: 2 });
    const executor = js().prepare(network.graph, 2, 3);
    executor.parameters.set(network.parameters.vector);
    // An executor expects the longest sequence first.
    const [one, two] = [3, 1].map((length, n) => ({
      inputs: Array.from({ length }, (_, t) => [0.1 * t + n, 0.7 - 0.2 * t]),
      targets: Array.from({ length }, (_, t) => [0.3 * t - 0.2, 0.5 - n]),
    }));
    const rows = (key: 'inputs' | 'targets') =>
      Float64Array.from([one[key][0], two[key][0], one[key][1], one[key][2]].flat());
    const expected = executor.step(rows('inputs'), rows('targets'), [2, 1, 1], mse(), sgd({ learningRate: 0.1 }));
    const overrides = { optimizer: sgd({ learningRate: 0.1 }), epochs: 1, shuffle: false };
    const { history } = await fit(network, { sequences: [two, one] }, options(overrides));
    expect(history[0].loss).toBe(expected);
    expect(parametersOf(network)).toEqual([...executor.parameters]);
  });

  test('the error for a target that the loss cannot use names the sequence and step of the target', async () => {
    const network = () => recurrent();
    const fitOptions = () => options({ loss: hinge() });
    const inputs = [[1], [2]];
    await expect(
      fit(network(), { sequences: [{ inputs, targets: [[1], [0.5]] }] }, fitOptions()),
    ).rejects.toMatchObject({
      code: 'WRONG_TARGET',
      message: expect.stringContaining('sequence 0, step 1') as string,
    });
    await expect(
      fit(network(), { sequences: [{ inputs, targets: [null, [-1]] }] }, fitOptions()),
    ).resolves.toBeDefined();
  });

  test('the error for an invalid sequence names its index, also if a fraction of the sequences is the validation set', async () => {
    const good = { inputs: [[1]], targets: [[1]] };
    const wrong = { inputs: [[1, 2]], targets: [[1]] };
    const one = fit(recurrent(), { sequences: [good, wrong] }, options());
    await expect(one).rejects.toThrow('data, sequence 1, input of step 0');
    const shuffled = Array.from({ length: 9 }, (_, n) => (n === 7 ? wrong : good));
    for (const seed of [1, 2, 3, 4]) {
      const some = fit(recurrent(), { sequences: shuffled }, options({ validation: 0.3, seed }));
      await expect(some).rejects.toThrow(/^(data|validation), sequence 7, input of step 0/);
    }
  });

  test('an overflow in a sequence is reported with the index of the sequence', async () => {
    const good = { inputs: [[1]], targets: [[1]] };
    const sequences = [good, good, { inputs: [[1]], targets: [[1e300]] }];
    const fitOptions = options({ batchSize: 1, shuffle: false });
    await expect(fit(recurrent(), { sequences }, fitOptions)).rejects.toMatchObject({ code: 'DIVERGED', sample: 2 });
  });

  const [sequence] = sums(1, () => 3);
  test.each<[what: string, code: string, data: Data, more?: Partial<FitOptions>]>([
    ['an empty list of sequences', 'EMPTY_DATA', { sequences: [] }],
    ['a sequence without steps', 'EMPTY_DATA', { sequences: [{ inputs: [], targets: [] }] }],
    ['a sequence without any target', 'EMPTY_DATA', { sequences: [{ inputs: [[1]], targets: [null] }] }],
    ['fewer targets than steps', 'WRONG_LENGTH', { sequences: [{ inputs: [[1], [2]], targets: [[1]] }] }],
    ['a step with too many numbers', 'WRONG_LENGTH', { sequences: [{ inputs: [[1, 2]], targets: [[1]] }] }],
    ['a target with too many numbers', 'WRONG_LENGTH', { sequences: [{ inputs: [[1]], targets: [[1, 2]] }] }],
    ['an input that is not finite', 'NOT_FINITE', { sequences: [{ inputs: [[NaN]], targets: [[1]] }] }],
    ['a negative weight', 'OUT_OF_RANGE', { sequences: [{ inputs: [[1]], targets: [[1]], weights: [-1] }] }],
    ['weights that are all 0', 'EMPTY_DATA', { sequences: [{ inputs: [[1]], targets: [[1]], weights: [0] }] }],
    ['fewer weights than steps', 'WRONG_LENGTH', { sequences: [{ inputs: [[1]], targets: [[1]], weights: [] }] }],
    ['truncation longer than the sequences', 'OUT_OF_RANGE', { sequences: [sequence] }, { truncate: 4 }],
    ['truncation to 0 steps', 'OUT_OF_RANGE', { sequences: [sequence] }, { truncate: 0 }],
    ['truncation of data that are not sequences', 'WRONG_TYPE', { inputs: [[1]], targets: [[1]] }, { truncate: 1 }],
    [
      'validation data that are not sequences',
      'WRONG_TYPE',
      { sequences: [sequence] },
      { validation: { inputs: [[1]], targets: [[1]] } },
    ],
    ['a validation fraction of 1', 'OUT_OF_RANGE', { sequences: [sequence] }, { validation: 1 }],
    [
      'truncation with a second-order optimizer',
      'UNSUPPORTED',
      { sequences: [sequence] },
      { optimizer: lbfgs(), truncate: 1 },
    ],
    ['a table whose weights are all 0', 'OUT_OF_RANGE', { inputs: [[1]], targets: [[1]], weights: [0] }],
    ['a table with a negative weight', 'OUT_OF_RANGE', { inputs: [[1], [2]], targets: [[1], [2]], weights: [2, -1] }],
    ['a table with a weight that is not finite', 'OUT_OF_RANGE', { inputs: [[1]], targets: [[1]], weights: [NaN] }],
    ['a table with a null weight', 'OUT_OF_RANGE', { inputs: [[1]], targets: [[1]], weights: [null as never] }],
    [
      'a table with a weight that is a string',
      'OUT_OF_RANGE',
      { inputs: [[1]], targets: [[1]], weights: ['1' as never] },
    ],
    ['a sequence with a null weight', 'OUT_OF_RANGE', { sequences: [{ ...sequence, weights: [1, null as never, 1] }] }],
    [
      'weights for the whole data set instead of for each sequence',
      'WRONG_TYPE',
      { sequences: [sequence], weights: [1] } as never,
    ],
    ['null as data', 'WRONG_TYPE', null as never],
    ['a number as data', 'WRONG_TYPE', 5 as never],
    ['a table without targets', 'WRONG_TYPE', { inputs: [[1]] } as never],
    ['a table with a null row', 'WRONG_TYPE', { inputs: [[1], null as never], targets: [[1], [1]] }],
    ['a table with an undefined target', 'WRONG_TYPE', { inputs: [[1], [1]], targets: [[1], undefined as never] }],
    ['a table whose weights are a number', 'WRONG_TYPE', { inputs: [[1]], targets: [[1]], weights: 1 as never }],
    ['an array of samples that contains null', 'WRONG_TYPE', [{ input: [1], target: [1] }, null as never]],
    ['a function that does not return a stream', 'WRONG_TYPE', (() => [sequence]) as never],
    ['a stream that yields null', 'WRONG_TYPE', () => streamOf(null as never)],
    ['undefined sequences', 'WRONG_TYPE', { sequences: undefined as never }],
    ['sequences that are a string', 'WRONG_TYPE', { sequences: 'abc' as never }],
    ['sequences that are an object', 'WRONG_TYPE', { sequences: {} as never }],
    ['a null sequence', 'WRONG_TYPE', { sequences: [null as never] }],
    ['a sequence without targets', 'WRONG_TYPE', { sequences: [{ inputs: [[1]] } as never] }],
    ['a sequence with a null input row', 'WRONG_TYPE', { sequences: [{ inputs: [null as never], targets: [[1]] }] }],
    [
      'a sequence with an undefined target',
      'WRONG_TYPE',
      { sequences: [{ inputs: [[1]], targets: [undefined as never] }] },
    ],
    ['a sequence whose weights are a number', 'WRONG_TYPE', { sequences: [{ ...sequence, weights: 1 as never }] }],
    [
      'a function that does not return a stream of sequences',
      'WRONG_TYPE',
      { sequences: (() => [sequence]) as never },
      { truncate: 1 },
    ],
    [
      'a stream of sequences that yields null',
      'WRONG_TYPE',
      { sequences: () => streamOf<never>(null as never) },
      { truncate: 1 },
    ],
    ['a stream of sequences without truncate', 'OUT_OF_RANGE', { sequences: () => streamOf(sequence) }],
    ['truncate set to a string', 'OUT_OF_RANGE', { sequences: [sequence] }, { truncate: '1' as never }],
    ['dropout set to a number', 'WRONG_TYPE', { sequences: [sequence] }, { dropout: 0.5 as never }],
    ['dropout set to null', 'WRONG_TYPE', { sequences: [sequence] }, { dropout: null as never }],
    ['dropout without a rate', 'WRONG_TYPE', { sequences: [sequence] }, { dropout: { nodes: ['h'] } as never }],
    ['dropout whose rate is a string', 'WRONG_TYPE', { sequences: [sequence] }, { dropout: { rate: '0.5' } as never }],
    [
      'dropout whose nodes are a string',
      'WRONG_TYPE',
      { sequences: [sequence] },
      { dropout: { rate: 0.5, nodes: 'h' } as never },
    ],
    ['freeze set to a string', 'WRONG_TYPE', { sequences: [sequence] }, { freeze: 'h' as never }],
    ['freeze set to null', 'WRONG_TYPE', { sequences: [sequence] }, { freeze: null as never }],
    ['freeze that contains null', 'WRONG_TYPE', { sequences: [sequence] }, { freeze: [null as never] }],
    ['freeze that contains a number', 'WRONG_TYPE', { sequences: [sequence] }, { freeze: [5 as never] }],
    ['resume set to null', 'WRONG_TYPE', { sequences: [sequence] }, { resume: null as never }],
    ['resume set to an empty object', 'OUT_OF_RANGE', { sequences: [sequence] }, { resume: {} as never }],
    ['a table with fewer weights than samples', 'WRONG_LENGTH', { inputs: [[1]], targets: [[1]], weights: [] }],
  ])('fit rejects %s', async (_, code, bad, overrides) => {
    const network = recurrent();
    const before = parametersOf(network);
    await expect(fit(network, bad, options(overrides))).rejects.toMatchObject({ code });
    expect(parametersOf(network)).toEqual(before);
  });
});

test('restore rejects an invalid state and leaves the trainer unchanged', async () => {
  const network = recurrent();
  const trainer = new Trainer(network, data, options({ truncate: 2, shuffle: false }));
  await trainer.step();
  const { state } = trainer;
  const before = parametersOf(network);
  const underway = state.underway!;
  for (const bad of [
    undefined,
    { ...state, epoch: -1 },
    { ...state, random: [1, 2, 3] },
    { ...state, random: [1, 2, 3, NaN] },
    { ...state, optimizer: null },
    { ...state, underway: { ...underway, batches: NaN } },
    { ...state, underway: { ...underway, batches: 1e6 } },
    { ...state, underway: { ...underway, sum: NaN } },
    { ...state, underway: { ...underway, weight: undefined } },
    { ...state, underway: { ...underway, carried: [1] } },
    { ...state, underway: { ...underway, carried: underway.carried!.map(() => NaN) } },
  ]) {
    expect(() => trainer.restore(bad as never)).toThrow(expect.objectContaining({ name: 'NnbpError' }));
    expect(trainer.state).toEqual(state);
    expect(parametersOf(network)).toEqual(before);
  }
  await trainer.dispose();
});

test('a rejected sequence of a stream is named in the error, and the stream is closed', async () => {
  let closed = 0;
  const [one, two] = sums(2, () => 2);
  const stream = async function* () {
    try {
      for (const sequence of [one, two, { inputs: [[NaN]], targets: [[1]] }]) yield await Promise.resolve(sequence);
    } finally {
      closed++;
    }
  };
  const rejected = fit(recurrent(), { sequences: stream }, options({ truncate: 1, batchSize: 2 }));
  await expect(rejected).rejects.toThrow('sequence 2');
  expect(closed).toBe(1);
  const stopping = { onBatchEnd: ({ stop }: { stop: () => void }) => stop() };
  await fit(recurrent(), { sequences: stream }, options({ truncate: 1, batchSize: 1, callbacks: [stopping] }));
  expect(closed).toBe(2);
  // An iterator need not have a return method.
  const endless = { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: false, value: one }) }) };
  await fit(
    recurrent(),
    { sequences: endless as never },
    options({ truncate: 1, batchSize: 1, callbacks: [stopping] }),
  );
  await expect(fit(recurrent(), { sequences: stream }, options())).rejects.toThrow(
    'the length of the longest sequence of a stream is unknown',
  );
});

describe('sample weights', () => {
  const inputs = [[0.1], [0.5], [-0.7]];
  const targets = [[1], [0], [0.5]];
  const network = () => new Network(mlp([1, 3, 1], { activation: sigmoid }), { seed: 3 });

  test('integer sample weights are equivalent to repeating the samples', async () => {
    const [weighted, repeated] = [network(), network()];
    const overrides = { optimizer: sgd({ learningRate: 0.5 }), batchSize: 9, shuffle: false, epochs: 20 };
    const a = await fit(weighted, { inputs, targets, weights: [2, 0, 3] }, options(overrides));
    const order = [0, 0, 2, 2, 2];
    const repeatedData = { inputs: order.map((s) => inputs[s]), targets: order.map((s) => targets[s]) };
    const b = await fit(repeated, repeatedData, options({ ...overrides, optimizer: sgd({ learningRate: 0.5 }) }));
    parametersOf(weighted).forEach((p, k) => expect(p).toBeCloseTo(repeated.parameters.vector[k], 12));
    expect(a.history.at(-1)!.loss).toBeCloseTo(b.history.at(-1)!.loss, 12);
    const evaluated = await evaluate(weighted, { inputs, targets, weights: [2, 0, 3] }, { loss: mse() });
    expect(evaluated.loss).toBeCloseTo((await evaluate(weighted, repeatedData, { loss: mse() })).loss, 12);
  });

  test('sample weights are split together with their samples for validation', async () => {
    // Every second target is an outlier with the weight 0. It has no influence unless it gets another sample's weight.
    const many = Array.from({ length: 10 }, (_, s) => [s / 10]);
    const withOutliers = many.map(([x], s) => [s % 2 === 0 ? 1e6 : x]);
    const data = { inputs: many, targets: withOutliers, weights: many.map((_, s) => s % 2) };
    for (let seed = 0; seed < 10; seed++) {
      const { history } = await fit(network(), data, options({ validation: 0.5, seed }));
      for (const { loss, validationLoss } of history) {
        expect(Math.max(loss, validationLoss!), `seed ${seed}`).toBeLessThan(100);
      }
    }
  });

  test('a step on a batch whose weights are all 0 does not change the parameters', async () => {
    const trained = network();
    const trainer = new Trainer(
      trained,
      { inputs, targets, weights: [0, 0, 1] },
      options({ batchSize: 2, shuffle: false }),
    );
    const before = parametersOf(trained);
    await trainer.step();
    expect(parametersOf(trained)).toEqual(before);
    await trainer.step();
    expect(parametersOf(trained)).not.toEqual(before);
  });

  test('class weights give rare classes the same influence as frequent ones', () => {
    expect(classWeights([[0], [0], [0], [1]])).toEqual([2 / 3, 2 / 3, 2 / 3, 2]);
    expect(classWeights([[0.9, 0.1], [0.2, 0.8], [1, 0], [3, 0]])).toEqual([2 / 3, 2, 2 / 3, 2 / 3]); // oxfmt-ignore
    // With several outputs, the class is the index of the largest target.
    expect(classWeights([[1, 0, 2], [0, 5, 9], [7, 1, 1]])).toEqual([0.75, 0.75, 1.5]); // oxfmt-ignore
    expect(() => classWeights([])).toThrow(expect.objectContaining({ code: 'EMPTY_DATA' }));
  });
});

test.each<[what: string, code: string, targets: unknown]>([
  ['that are not an array', 'WRONG_TYPE', 5],
  ['with a null row', 'WRONG_TYPE', [[1], null]],
  ['with an empty row', 'WRONG_LENGTH', [[]]],
  ['of different lengths', 'WRONG_LENGTH', [[1], [1, 2]]],
  ['that are null', 'NOT_FINITE', [[1], [null]]],
  ['that are not finite', 'NOT_FINITE', [[1], [NaN]]],
])('classWeights rejects targets %s', (_, code, targets) => {
  expect(() => classWeights(targets as never)).toThrow(expect.objectContaining({ name: 'NnbpError', code }));
});

describe('frozen parameters', () => {
  const inputs = [[0.1], [0.5], [-0.7]];
  const targets = [[1], [0], [0.5]];
  const network = () => new Network(mlp([1, 2, 1], { activation: sigmoid }), { seed: 3 });
  const decaying = () => sgd({ learningRate: 0.1, momentum: 0.9, weightDecay: 0.1 });

  const optimizers: Record<string, () => Optimizer> = {
    ...Object.fromEntries(
      Object.entries(optimizerRecords).map(([name, { make, options }]) => [
        name,
        () => make({ learningRate: 0.05, ...('weightDecay' in options && { weightDecay: 0.1 }) }),
      ]),
    ),
    'sgd with momentum': decaying,
    'a chain with penalties': () =>
      chain(clipByNorm(1), decayWeights(0.1), l1Penalty(0.01), sgd({ learningRate: 0.1 })),
    lbfgs,
    levenbergMarquardt,
  };

  test.each(Object.entries(optimizers))(
    'frozen parameters do not change with %s, and all others change',
    async (_, optimizer) => {
      for (const freeze of [
        ['layer1.0', { node: 'output.0', name: 'w', from: 'layer1.1' } as const],
        ({ node, name, from }: { node: string; name: string; from?: string }) =>
          node === 'layer1.0' || (node === 'output.0' && name === 'w' && from === 'layer1.1'),
      ]) {
        const trained = network();
        const before = trained.graph.ids.slice(1).map((id) => trained.getParameters(id));
        await fit(trained, { inputs, targets }, options({ optimizer: optimizer(), freeze }));
        const [first, second, output] = trained.graph.ids.slice(1).map((id) => trained.getParameters(id));
        expect(first).toEqual(before[0]);
        expect(output.w['layer1.1']).toBe(before[2].w['layer1.1']);
        expect(output.w['layer1.0']).not.toBe(before[2].w['layer1.0']);
        for (const [name, value] of Object.entries(before[1])) expect(second[name as 'b']).not.toEqual(value);
      }
    },
  );

  test('the optimizer is wrapped only if parameters are frozen, and freezing a fixed parameter is rejected', async () => {
    const used: Optimizer[] = [];
    const engine = {
      ...js(),
      prepare: (...args: Parameters<ReturnType<typeof js>['prepare']>) => {
        const executor = js().prepare(...args);
        delete executor.stepMany;
        const step = executor.step.bind(executor);
        executor.step = (...call) => {
          used.push(call[4]);
          return step(...call);
        };
        return executor;
      },
    };
    const optimizer = sgd({ learningRate: 0.1 });
    for (const freeze of [[], () => false, ['layer1.0']]) {
      await fit(network(), { inputs, targets }, options({ optimizer, freeze, engine, epochs: 1 }));
    }
    expect(used.map((received) => received === optimizer)).toEqual([true, true, false]);
    const fixed = new Network(mlp([1, 1], { activation: sigmoid, fixed: { c: 1 } }));
    const rejected = fit(fixed, { inputs, targets }, options({ freeze: [{ node: 'output.0', name: 'c' }] }));
    await expect(rejected).rejects.toThrow(/c of "output\.0"\.$/);
  });

  test('training with frozen parameters resumes bit-for-bit', async () => {
    const [one, two] = [network(), network()];
    const freeze = ['layer1.1'];
    await fit(one, { inputs, targets }, options({ optimizer: decaying(), freeze, epochs: 6 }));
    let resume: TrainState | undefined;
    await fit(two, { inputs, targets }, options({
      optimizer: decaying(),
      freeze,
      callbacks: [{ onEpochEnd: ({ state }) => void (resume = state()) }],
    })); // oxfmt-ignore
    await fit(two, { inputs, targets }, options({ optimizer: decaying(), freeze, epochs: 6, resume: resume! }));
    expect(parametersOf(two)).toEqual(parametersOf(one));
  });

  test('with frozen parameters, an optimizer may evaluate other points after the one it chooses', async () => {
    const trained = [true, false].map(async (evaluatesAnother) => {
      const inner = lbfgs();
      const optimizer: Optimizer = {
        name: 'lbfgs',
        iterate(objective, parameters) {
          const loss = inner.iterate!(objective, parameters);
          if (evaluatesAnother) objective.loss(parameters.map((p) => p + 1));
          return loss;
        },
        step: (parameters, gradients) => inner.step(parameters, gradients),
        state: () => inner.state(),
        restore: (state) => inner.restore(state),
      };
      const model = network();
      await fit(model, { inputs, targets }, options({ optimizer, freeze: ['layer1.1'] }));
      return parametersOf(model);
    });
    const [one, two] = await Promise.all(trained);
    expect(one).toEqual(two);
  });

  test('freeze rejects parameters that the graph does not have, and names them', async () => {
    const rejected = (freeze: FitOptions['freeze']) =>
      fit(network(), { inputs, targets }, options({ freeze: freeze! }));
    await expect(rejected(['nobody'])).rejects.toThrow('the graph has no node "nobody" with parameters');
    await expect(rejected([{ node: 'output.0', name: 'w', from: 'x' }])).rejects.toThrow(
      'parameter w of "output.0" from "x"',
    );
    const unfrozen = await fit(network(), { inputs, targets }, options({ freeze: () => false }));
    expect(unfrozen.history).toHaveLength(3);
  });
});
