/** Training on sequences, with weights, and with frozen parameters. */
import { identity, sigmoid, tanh } from '@nnbp/activations';
import {
  backpropagateSequence,
  delayed,
  GraphBuilder,
  js,
  mlp,
  Network,
  predictSequence,
  Random,
  reference,
} from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { adam, lbfgs, sgd } from '@nnbp/optim';
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

/** Two nodes with a memory, one of them two steps long, and an output. */
function recurrent(seed = 1): Network {
  const builder = new GraphBuilder();
  const x = builder.input('x');
  builder.node('h', { from: [x, delayed('h'), delayed('k', 2)], activation: tanh });
  builder.node('k', { from: [x, 'h', delayed('h')], activation: tanh });
  builder.output(builder.node('y', { from: ['h', 'k'], activation: identity }));
  return new Network(builder.build(), { seed });
}

/** Sums of the last two inputs, without a target at the first step. */
function sums(count: number, length: (n: number) => number, seed = 1) {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, n) => {
    const inputs = Array.from({ length: length(n) }, () => [random.uniform() - 0.5]);
    return { inputs, targets: inputs.map(([x], t) => (t === 0 ? null : [x + inputs[t - 1][0]])) };
  });
}
const data: Data = { sequences: sums(11, (n) => 2 + (n % 4)) };
const options = (more: Partial<FitOptions> = {}): FitOptions => ({
  loss: mse(),
  optimizer: adam({ learningRate: 0.02 }),
  epochs: 3,
  batchSize: 4,
  ...more,
});
const parametersOf = (network: Network) => [...network.parameters.vector];

describe('sequences', () => {
  test('are learned', async () => {
    const network = recurrent();
    const { history } = await fit(network, { sequences: sums(40, (n) => 4 + (n % 5)) }, options({ epochs: 150 }));
    expect(history.at(-1)!.loss).toBeLessThan(1e-3);
    const [fresh] = sums(1, () => 20, 9);
    const predicted = predictSequence(network, fresh.inputs);
    fresh.targets.forEach((target, t) => {
      if (target !== null) expect(predicted[t][0]).toBeCloseTo(target[0], 0);
    });
  });

  test('in one batch have the mean loss and gradient of all steps with a target', async () => {
    const [trained, stepped] = [recurrent(), recurrent()];
    const { sequences } = { sequences: sums(5, (n) => 2 + n) };
    await fit(trained, { sequences }, options({ epochs: 1, batchSize: 5, optimizer: sgd({ learningRate: 0.1 }) }));
    const passes = sequences.map(({ inputs, targets }) => backpropagateSequence(stepped, inputs, targets, mse()));
    const steps = sequences.map(({ inputs }) => inputs.length - 1);
    const all = steps.reduce((a, b) => a + b);
    stepped.parameters.vector.forEach((p, k) => {
      const gradient = passes.reduce((sum, { gradients }, n) => sum + (gradients.vector[k] * steps[n]) / all, 0);
      expect(trained.parameters.vector[k]).toBeCloseTo(p - 0.1 * gradient, 12);
    });
  });

  test('have the same training and evaluation on the js and the reference engine', async () => {
    for (const truncate of [undefined, 2]) {
      const [one, two] = [recurrent(), recurrent()];
      const more = { validation: 0.3, metrics: [meanAbsoluteError()], ...(truncate && { truncate }) };
      const a = await fit(one, data, options({ ...more, engine: js() }));
      const b = await fit(two, data, options({ ...more, engine: reference() }));
      parametersOf(one).forEach((p, k) => expect(p).toBeCloseTo(two.parameters.vector[k], 10));
      a.history.forEach(({ loss, validationLoss }, k) => {
        expect(loss).toBeCloseTo(b.history[k].loss, 10);
        expect(validationLoss).toBeCloseTo(b.history[k].validationLoss!, 10);
      });
    }
  });

  test('have the same loss in windows of one step as in one piece, but another gradient', async () => {
    const still = () => sgd({ learningRate: 0 });
    const losses = await Promise.all(
      [undefined, 1, 2, 3].map(async (truncate) => {
        const more = { optimizer: still(), epochs: 1, ...(truncate && { truncate }) };
        return (await fit(recurrent(), data, options(more))).history[0].loss;
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

  test('resume bit-for-bit after any batch, also between the windows of a sequence', async () => {
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

  test('are standardized over all of their steps', async () => {
    const network = recurrent();
    const far = sums(6, () => 4).map(({ inputs, targets }) => ({
      inputs: inputs.map(([x]) => [1000 + x]),
      targets: targets.map((target) => target && [target[0] * 1e5]),
    }));
    await fit(network, { sequences: far }, options({ standardize: true, epochs: 100 }));
    expect(network.inputScaler!.mean[0]).toBeCloseTo(1000, 0);
    expect(predictSequence(network, far[0].inputs)[1][0] / 1e5).toBeCloseTo(far[0].targets[1]![0] / 1e5, 0);
  });

  test('with an overflow are reported with its step', async () => {
    const network = recurrent();
    const sequences = [{ inputs: [[1], [1]], targets: [[1], [1e300]] }];
    await expect(fit(network, { sequences }, options({ truncate: 1 }))).rejects.toMatchObject({
      code: 'DIVERGED',
      batch: 2,
    });
  });

  const [sequence] = sums(1, () => 3);
  test.each<[what: string, code: string, data: Data, more?: Partial<FitOptions>]>([
    ['no sequence', 'EMPTY_DATA', { sequences: [] }],
    ['a sequence without steps', 'EMPTY_DATA', { sequences: [{ inputs: [], targets: [] }] }],
    ['no target at any step', 'EMPTY_DATA', { sequences: [{ inputs: [[1]], targets: [null] }] }],
    ['fewer targets than steps', 'WRONG_LENGTH', { sequences: [{ inputs: [[1], [2]], targets: [[1]] }] }],
    ['a step with too many numbers', 'WRONG_LENGTH', { sequences: [{ inputs: [[1, 2]], targets: [[1]] }] }],
    ['a target with too many numbers', 'WRONG_LENGTH', { sequences: [{ inputs: [[1]], targets: [[1, 2]] }] }],
    ['an input that is not finite', 'NOT_FINITE', { sequences: [{ inputs: [[NaN]], targets: [[1]] }] }],
    ['a negative weight', 'OUT_OF_RANGE', { sequences: [{ inputs: [[1]], targets: [[1]], weights: [-1] }] }],
    ['weights that are all 0', 'EMPTY_DATA', { sequences: [{ inputs: [[1]], targets: [[1]], weights: [0] }] }],
    ['fewer weights than steps', 'WRONG_LENGTH', { sequences: [{ inputs: [[1]], targets: [[1]], weights: [] }] }],
    ['truncation longer than the sequences', 'OUT_OF_RANGE', { sequences: [sequence] }, { truncate: 4 }],
    ['truncation to no step', 'OUT_OF_RANGE', { sequences: [sequence] }, { truncate: 0 }],
    ['truncation without sequences', 'WRONG_TYPE', { inputs: [[1]], targets: [[1]] }, { truncate: 1 }],
    [
      'validation without sequences',
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
    ['weights of a table that are all 0', 'OUT_OF_RANGE', { inputs: [[1]], targets: [[1]], weights: [0] }],
    ['a negative weight of a table', 'OUT_OF_RANGE', { inputs: [[1], [2]], targets: [[1], [2]], weights: [2, -1] }],
    ['a weight of a table that is not finite', 'OUT_OF_RANGE', { inputs: [[1]], targets: [[1]], weights: [NaN] }],
    ['too few weights of a table', 'WRONG_LENGTH', { inputs: [[1]], targets: [[1]], weights: [] }],
  ])('%s is refused', async (_, code, bad, more) => {
    const network = recurrent();
    const before = parametersOf(network);
    await expect(fit(network, bad, options(more))).rejects.toMatchObject({ code });
    expect(parametersOf(network)).toEqual(before);
  });
});

describe('sample weights', () => {
  const inputs = [[0.1], [0.5], [-0.7]];
  const targets = [[1], [0], [0.5]];
  const network = () => new Network(mlp([1, 3, 1], { activation: sigmoid }), { seed: 3 });

  test('that are integers equal repeating the samples', async () => {
    const [weighted, repeated] = [network(), network()];
    const more = { optimizer: sgd({ learningRate: 0.5 }), batchSize: 9, shuffle: false, epochs: 20 };
    const a = await fit(weighted, { inputs, targets, weights: [2, 0, 3] }, options(more));
    const order = [0, 0, 2, 2, 2];
    const repeatedData = { inputs: order.map((s) => inputs[s]), targets: order.map((s) => targets[s]) };
    const b = await fit(repeated, repeatedData, options({ ...more, optimizer: sgd({ learningRate: 0.5 }) }));
    parametersOf(weighted).forEach((p, k) => expect(p).toBeCloseTo(repeated.parameters.vector[k], 12));
    expect(a.history.at(-1)!.loss).toBeCloseTo(b.history.at(-1)!.loss, 12);
    const evaluated = await evaluate(weighted, { inputs, targets, weights: [2, 0, 3] }, { loss: mse() });
    expect(evaluated.loss).toBeCloseTo((await evaluate(weighted, repeatedData, { loss: mse() })).loss, 12);
  });

  test('are split together with their samples for validation', async () => {
    const many = Array.from({ length: 10 }, (_, s) => [s / 10]);
    const weights = many.map((_, s) => s);
    const { history } = await fit(network(), { inputs: many, targets: many, weights }, options({ validation: 0.5 }));
    expect(history[2].validationLoss).toBeGreaterThan(0);
  });

  test('of a batch may all be 0, and the step then changes nothing', async () => {
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

  test('of classes give rare classes the same influence as frequent ones', () => {
    expect(classWeights([[0], [0], [0], [1]])).toEqual([2 / 3, 2 / 3, 2 / 3, 2]);
    expect(classWeights([[0.9, 0.1], [0.2, 0.8], [1, 0], [3, 0]])).toEqual([2 / 3, 2, 2 / 3, 2 / 3]); // oxfmt-ignore
    expect(() => classWeights([])).toThrow(expect.objectContaining({ code: 'EMPTY_DATA' }));
  });
});

describe('frozen parameters', () => {
  const inputs = [[0.1], [0.5], [-0.7]];
  const targets = [[1], [0], [0.5]];
  const network = () => new Network(mlp([1, 2, 1], { activation: sigmoid }), { seed: 3 });
  const decaying = () => sgd({ learningRate: 0.1, momentum: 0.9, weightDecay: 0.1 });

  test('do not change with any optimizer, and all others change', async () => {
    for (const freeze of [
      ['layer1.0', { node: 'output.0', name: 'w', from: 'layer1.1' } as const],
      ({ node, name, from }: { node: string; name: string; from?: string }) =>
        node === 'layer1.0' || (node === 'output.0' && name === 'w' && from === 'layer1.1'),
    ]) {
      const trained = network();
      const before = trained.graph.ids.slice(1).map((id) => trained.getParameters(id));
      await fit(trained, { inputs, targets }, options({ optimizer: decaying(), freeze }));
      const [first, second, output] = trained.graph.ids.slice(1).map((id) => trained.getParameters(id));
      expect(first).toEqual(before[0]);
      expect(output.w['layer1.1']).toBe(before[2].w['layer1.1']);
      expect(output.w['layer1.0']).not.toBe(before[2].w['layer1.0']);
      for (const [name, value] of Object.entries(before[1])) expect(second[name as 'b']).not.toEqual(value);
    }
  });

  test('let training resume bit-for-bit', async () => {
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

  test('that the graph does not have are refused by name', async () => {
    const refused = (freeze: FitOptions['freeze']) => fit(network(), { inputs, targets }, options({ freeze: freeze! }));
    await expect(refused(['nobody'])).rejects.toThrow('no parameter of this name: "nobody"');
    await expect(refused([{ node: 'output.0', name: 'w', from: 'x' }])).rejects.toThrow('w of "output.0" x');
    const everything = await fit(network(), { inputs, targets }, options({ freeze: () => false }));
    expect(everything.history).toHaveLength(3);
  });
});
