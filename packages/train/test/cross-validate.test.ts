import { identity, tanh } from '@nnbp/activations';
import { delayed, GraphBuilder, type Loss, mlp, Network, NnbpError, Random } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { adam, levenbergMarquardt } from '@nnbp/optim';
import {
  choice,
  crossValidate,
  type CrossValidationOptions,
  drawGroups,
  logUniform,
  meanAbsoluteError,
  permutationImportance,
  search,
  splitsOf,
  type Trial,
  uniform,
} from '@nnbp/train';
import { describe, expect, test } from 'vitest';

const code = (expected: string): unknown => expect.objectContaining({ code: expected });
const linear = new Network(mlp([2, 1], { activation: identity, fixed: { c: 1 } }), { seed: 1 });
const inputs = Array.from({ length: 23 }, (_, k) => [k / 23, ((k * 7) % 23) / 23]);
const data = { inputs, targets: inputs.map(([a, b]) => [2 * a - b]) };

describe('splitsOf', () => {
  test('splitsOf puts each sample into one test set per repeat, and the sizes of test sets differ by at most 1', () => {
    const splits = splitsOf(23, { folds: 4, repeats: 3 });
    expect(splits.map(({ repeat, fold }) => [repeat, fold])).toHaveLength(12);
    for (let repeat = 0; repeat < 3; repeat++) {
      const splitsOfRepeat = splits.filter((split) => split.repeat === repeat);
      expect(splitsOfRepeat.flatMap(({ test: tested }) => [...tested]).sort((a, b) => a - b)).toEqual([
        ...Array(23).keys(),
      ]);
      for (const { training, test: tested } of splitsOfRepeat) {
        expect([...training, ...tested].sort((a, b) => a - b)).toEqual([...Array(23).keys()]);
        expect(Math.abs(tested.length - 23 / 4)).toBeLessThan(1);
      }
    }
    expect(splits[0].test).not.toEqual(splits[4].test);
    expect(splitsOf(23, { folds: 4, repeats: 3 })).toEqual(splits);
    expect(splitsOf(23, { folds: 4, seed: 1 })[0].test).not.toEqual(splits[0].test);
  });

  test('splitsOf with labels gives every fold the same share of each class', () => {
    const labels = Array.from({ length: 60 }, (_, k) => (k < 45 ? 'often' : 'seldom'));
    for (const { test: tested } of splitsOf(60, { folds: 5, labels })) {
      expect(Array.from(tested, (s) => labels[s]).filter((label) => label === 'seldom')).toHaveLength(3);
      expect(tested).toHaveLength(12);
    }
  });

  test('splitsOf with groups never splits a group, and test sets have about the same size', () => {
    const groups = Array.from({ length: 40 }, (_, k) => Math.floor(Math.sqrt(k)));
    for (const { training, test: tested } of splitsOf(40, { folds: 3, groups })) {
      const testedGroups = new Set(Array.from(tested, (s) => groups[s]));
      expect(Array.from(training, (s) => groups[s]).some((group) => testedGroups.has(group))).toBe(false);
      expect(tested.length).toBeGreaterThan(8);
      expect(tested.length).toBeLessThan(18);
    }
  });

  test('splitsOf puts each group into one test set per repeat, and repeats differ', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = new Random(seed);
      const count = 20 + Math.floor(60 * random.uniform());
      const groupCount = 8 + Math.floor(8 * random.uniform());
      const groups = Array.from(
        { length: count },
        (_, s) => `g${s < groupCount ? s : Math.floor(groupCount * random.uniform())}`,
      );
      const splits = splitsOf(count, { folds: 4, repeats: 2, groups, seed });
      for (const repeat of [0, 1]) {
        const foldsOf = new Map<string, Set<number>>();
        for (const { fold, test: tested, training } of splits.filter((split) => split.repeat === repeat)) {
          expect(tested.length + training.length, `seed ${seed}`).toBe(count);
          for (const s of tested) foldsOf.set(groups[s], (foldsOf.get(groups[s]) ?? new Set()).add(fold));
        }
        expect(foldsOf.size, `seed ${seed}`).toBe(groupCount);
        for (const folds of foldsOf.values()) expect(folds.size, `seed ${seed}`).toBe(1);
      }
    }
    const singletons = Array.from({ length: 12 }, (_, s) => s);
    const [first, , again] = splitsOf(12, { folds: 2, repeats: 2, groups: singletons });
    expect(first.test).not.toEqual(again.test);
  });

  test('splitsOf with timeOrdered puts each test set after its training set', () => {
    const splits = splitsOf(11, { folds: 3, timeOrdered: true });
    expect(splits.map(({ test: tested }) => [...tested])).toEqual([
      [5, 6],
      [7, 8],
      [9, 10],
    ]);
    expect(splits.map(({ training }) => training.length)).toEqual([5, 7, 9]);
  });

  test.each([
    ['one fold', 'OUT_OF_RANGE', { folds: 1 }],
    ['more folds than samples', 'OUT_OF_RANGE', { folds: 7 }],
    ['more folds than groups', 'OUT_OF_RANGE', { folds: 3, groups: [1, 1, 2, 2, 2, 1] }],
    ['timeOrdered with as many folds as samples', 'OUT_OF_RANGE', { folds: 6, timeOrdered: true }],
    ['too few labels', 'WRONG_LENGTH', { folds: 2, labels: ['a'] }],
    ['too few groups', 'WRONG_LENGTH', { folds: 2, groups: ['a'] }],
    ['labels with groups', 'UNSUPPORTED', { folds: 2, labels: [1, 1, 1, 2, 2, 2], groups: [1, 2, 3, 4, 5, 6] }],
    ['0 repeats', 'OUT_OF_RANGE', { folds: 2, repeats: 0 }],
  ])('splitsOf rejects %s', (_, expected, options) => {
    expect(() => splitsOf(6, options)).toThrow(code(expected));
  });
});

describe('drawGroups', () => {
  test('drawGroups draws about the given fraction of the samples, but at least one group and never all groups', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = new Random(seed);
      const count = 2 + Math.floor(8 * random.uniform());
      const sizes = new Map(Array.from({ length: count }, (_, k) => [k, 1 + Math.floor(9 * random.uniform())]));
      const all = [...sizes.values()].reduce((a, b) => a + b);
      const largest = Math.max(...sizes.values());
      const fraction = 0.05 + 0.9 * random.uniform();
      const drawn = drawGroups(sizes, fraction, random);
      const samples = [...drawn].reduce((sum, group) => sum + sizes.get(group)!, 0);
      expect(drawn.size, `seed ${seed}`).toBeGreaterThan(0);
      expect(drawn.size, `seed ${seed}`).toBeLessThan(count);
      expect(Math.abs(samples - fraction * all), `seed ${seed}`).toBeLessThanOrEqual(largest);
    }
  });

  test('drawGroups draws the smallest group if the fraction is smaller than every group', () => {
    const sizes = new Map(Object.entries({ a: 50, b: 40, c: 60 }));
    for (const seed of [1, 2, 3]) expect([...drawGroups(sizes, 0.01, new Random(seed))]).toEqual(['b']);
  });

  test.each([
    ['one group', [5], 0.5],
    ['a fraction of 0', [5, 5], 0],
    ['a fraction of 1', [5, 5], 1],
  ])('drawGroups rejects %s', (_, sizes, fraction) => {
    expect(() => drawGroups(new Map(sizes.entries()), fraction, new Random(1))).toThrow(code('OUT_OF_RANGE'));
  });
});

describe('crossValidate', () => {
  /** The targets of the training set and of the validation set of each fold. A target is the index of its sample. */
  async function targetsOfFolds(options: Pick<CrossValidationOptions, 'folds' | 'groups' | 'timeOrdered'>) {
    const folds: { trained: Set<number>; evaluated: Set<number> }[] = [];
    await crossValidate(
      () => new Network(linear.graph, { seed: 1 }),
      { inputs, targets: inputs.map((_, s) => [s]) },
      {
        ...options,
        onFold: ({ split }) => {
          // The loss has also been evaluated on the test set.
          for (const s of split.test) folds[folds.length - 1].evaluated.delete(s);
        },
        fit: () => {
          const [trained, evaluated] = [new Set<number>(), new Set<number>()];
          folds.push({ trained, evaluated });
          const { name, value, derivative } = mse();
          const loss: Loss = {
            name,
            value: (x, t) => (evaluated.add(t[0]), value(x, t)),
            derivative: (x, t, out) => {
              trained.add(t[0]);
              derivative(x, t, out);
            },
          };
          return { loss, optimizer: adam(), epochs: 2, validation: 0.3 };
        },
      },
    );
    return folds.map(({ trained, evaluated }) => ({
      training: [...trained].sort((a, b) => a - b),
      validation: [...evaluated].filter((t) => !trained.has(t)).sort((a, b) => a - b),
    }));
  }

  test('with groups, a validation fraction never splits a group of the training set', async () => {
    const groups = inputs.map((_, s) => s % 8);
    const folds = await targetsOfFolds({ folds: 4, groups });
    for (const { training, validation } of folds) {
      const trained = new Set(training.map((s) => groups[s]));
      expect(validation.some((s) => trained.has(groups[s]))).toBe(false);
      expect(validation.length).toBeGreaterThan(2);
      expect(trained.size).toBeGreaterThan(2);
    }
  });

  test('with timeOrdered, a validation fraction takes the latest samples of the training set', async () => {
    const [first, second] = await targetsOfFolds({ folds: 2, timeOrdered: true });
    expect(first).toEqual({ training: [0, 1, 2, 3, 4, 5], validation: [6, 7, 8] });
    expect(second.validation).toEqual([11, 12, 13, 14, 15]);
  });

  test.each([
    ['a validation fraction if a training set has only one group', 0.3],
    ['a validation fraction of 1', 1],
  ])('crossValidate with groups rejects %s', async (_, validation) => {
    const groups = inputs.map((_, s) => s % 2);
    const run = crossValidate(() => new Network(linear.graph, { seed: 1 }), data, {
      ...{ folds: 2, groups },
      fit: () => ({ ...fitOptions(), validation }),
    });
    await expect(run).rejects.toThrow(code('OUT_OF_RANGE'));
  });

  const fitOptions = () => ({
    loss: mse(),
    optimizer: levenbergMarquardt(),
    epochs: 10,
    metrics: [meanAbsoluteError()],
  });

  test('crossValidate trains a new network on each split, and reports mean and standard deviation over the folds', async () => {
    const seen: number[] = [];
    const { folds, loss, metrics } = await crossValidate(
      ({ fold }) => new Network(linear.graph, { seed: fold }),
      { ...data, weights: inputs.map(() => 1) },
      { folds: 4, fit: fitOptions, onFold: (_, done, total) => void seen.push(done / total) },
    );
    expect(seen).toEqual([0.25, 0.5, 0.75, 1]);
    expect(new Set(folds.map(({ network }) => network)).size).toBe(4);
    expect(loss.mean).toBeLessThan(1e-20);
    expect(metrics.meanAbsoluteError.mean).toBeCloseTo(
      folds.reduce((sum, fold) => sum + (fold.metrics.meanAbsoluteError as number), 0) / 4,
      12,
    );
    const mean = loss.mean;
    const squares = folds.reduce((sum, fold) => sum + (fold.loss - mean) ** 2, 0);
    expect(loss.deviation).toBeCloseTo(Math.sqrt(squares / 3), 30);
  });

  test('crossValidate keeps groups together in every repeat, and with timeOrdered, trains only on the past', async () => {
    const groups = inputs.map((_, s) => `patient ${s % 6}`);
    const network = () => new Network(linear.graph, { seed: 1 });
    const grouped = await crossValidate(network, data, { folds: 3, repeats: 2, groups, fit: fitOptions });
    expect(grouped.folds.map(({ split }) => [split.repeat, split.fold])).toHaveLength(6);
    for (const { split } of grouped.folds) {
      const tested = new Set(Array.from(split.test, (s) => groups[s]));
      expect(tested.size).toBe(2);
      expect(Array.from(split.training).filter((s) => tested.has(groups[s]))).toEqual([]);
    }
    const ordered = await crossValidate(network, data, { folds: 3, timeOrdered: true, fit: fitOptions });
    for (const { split } of ordered.folds) expect(Math.max(...split.training)).toBeLessThan(Math.min(...split.test));
  });

  test('crossValidate never splits a sequence, and rejects streams', async () => {
    const builder = new GraphBuilder();
    builder.input('x');
    builder.node('h', { from: ['x', delayed('h')], activation: tanh });
    builder.output('h');
    const graph = builder.build();
    const sequences = Array.from({ length: 6 }, (_, n) => ({ inputs: [[n / 6], [0]], targets: [null, [n / 12]] }));
    const options = { folds: 3, fit: fitOptions };
    const { folds } = await crossValidate(() => new Network(graph, { seed: 1 }), { sequences }, options);
    expect(folds.map(({ split }) => split.test.length)).toEqual([2, 2, 2]);
    async function* stream() {
      await Promise.resolve();
      yield { input: [1, 2], target: [3] };
    }
    await expect(crossValidate(() => linear, stream, options)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });

  test('crossValidate stops between folds when the signal is aborted', async () => {
    const control = new AbortController();
    const options = { folds: 4, fit: fitOptions, signal: control.signal, onFold: () => control.abort() };
    const promise = crossValidate(() => new Network(linear.graph), data, options);
    await expect(promise).rejects.toThrow('aborted');
  });
});

describe('permutationImportance', () => {
  test('permutationImportance is large for an important input, 0 for an unused one, and the same for the same seed', async () => {
    const network = new Network(linear.graph);
    network.setParameters('output.0', { b: 0, w: { 'input.0': 2, 'input.1': 0 } });
    const rows = { inputs, targets: inputs.map(([a]) => [2 * a]) };
    const [first, second] = await permutationImportance(network, rows, { loss: mse() });
    expect(first.inputs).toEqual(['input.0']);
    // The expected value is about twice the variance of 2a.
    expect(first.mean).toBeGreaterThan(0.3);
    expect(second).toEqual({ inputs: ['input.1'], mean: 0, deviation: 0 });
    expect(await permutationImportance(network, rows, { loss: mse() })).toEqual([first, second]);
    const [both] = await permutationImportance(network, rows, { loss: mse(), columns: [[0, 1]], repeats: 2 });
    expect(both.inputs).toEqual(['input.0', 'input.1']);
    expect(both.mean).toBeGreaterThan(0.3);
  });

  test('permutationImportance rejects invalid input indices and a single repeat', async () => {
    await expect(permutationImportance(linear, data, { loss: mse(), columns: [[2]] })).rejects.toMatchObject({
      code: 'OUT_OF_RANGE',
    });
    await expect(permutationImportance(linear, data, { loss: mse(), repeats: 1 })).rejects.toMatchObject({
      code: 'OUT_OF_RANGE',
    });
  });
});

describe('search', () => {
  interface Options {
    readonly rate: number;
    readonly kind: string;
    readonly share: number;
  }
  const space = { rate: logUniform(1e-4, 1), kind: choice(['a', 'b']), share: uniform(2, 3) };
  const score = ({ rate, kind, share }: Options) =>
    Math.abs(Math.log10(rate) + 2) + (kind === 'a' ? 0 : 1) + share / 100;

  test('search scores the best third of each round again with a larger budget, and returns the best trial first', async () => {
    const budgets: number[] = [];
    const progress: number[] = [];
    const trials = await search(
      space,
      (options, budget) => {
        budgets.push(budget);
        return score(options);
      },
      { onTrial: (_: Trial<Options>, done, total) => void progress.push(done / total) },
    );
    expect([10, 30, 90].map((budget) => budgets.filter((used) => used === budget).length)).toEqual([27, 9, 3]);
    expect(progress).toHaveLength(39);
    expect(progress.at(-1)).toBe(1);
    expect(trials).toHaveLength(27);
    expect(trials[0].score).toBe(Math.min(...trials.map((trial) => trial.score)));
    expect(trials.slice(0, 3).every(({ budget }) => budget === 90)).toBe(true);
    expect(Math.abs(Math.log10(trials[0].options.rate) + 2)).toBeLessThan(0.3);
    expect(trials.every(({ options: { rate, share } }) => rate >= 1e-4 && rate < 1 && share >= 2 && share < 3)).toBe(
      true,
    );
  });

  test('search gives the same result for the same seed, and tries each candidate of a small space once', async () => {
    expect(await search(space, score, { seed: 3 })).toEqual(await search(space, score, { seed: 3 }));
    const tiny = await search({ kind: choice(['a', 'b', 'c']) }, ({ kind }) => 'cab'.indexOf(kind), { maxBudget: 10 });
    expect(tiny.map(({ options }) => options.kind)).toEqual(['c', 'a', 'b']);
  });

  test('search ranks diverged trials last, and rejects with any other error', async () => {
    const diverging = ({ kind }: { kind: string }) => {
      if (kind === 'a') throw new NnbpError('DIVERGED', 'Too fast.');
      return kind === 'b' ? NaN : 1;
    };
    const kinds = { kind: choice(['a', 'b', 'c']) };
    const trials = await search(kinds, diverging, { trials: 3 });
    expect([trials[0].options.kind, trials[1].score, trials[2].score]).toEqual(['c', Infinity, Infinity]);
    const failing = () => {
      throw new TypeError('on purpose');
    };
    await expect(search(kinds, failing)).rejects.toThrow('on purpose');
    await expect(search(kinds, diverging, { minBudget: 100 })).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
    await expect(search(kinds, diverging, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });

  test('search finds a learning rate for a network', async () => {
    const [best] = await search(
      { rate: logUniform(1e-5, 1) },
      async ({ rate }, budget) => {
        const { loss } = await crossValidate(() => new Network(linear.graph, { seed: 1 }), data, {
          folds: 3,
          fit: () => ({ loss: mse(), optimizer: adam({ learningRate: rate }), epochs: Math.round(budget) }),
        });
        return loss.mean;
      },
      { trials: 9, minBudget: 3, maxBudget: 27 },
    );
    expect(best.options.rate).toBeGreaterThan(3e-3);
  });
});
