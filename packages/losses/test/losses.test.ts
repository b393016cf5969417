import { NnbpError } from '@nnbp/core';
import { checkLoss } from '@nnbp/gradcheck';
import * as losses from '@nnbp/losses';
import { describe, expect, test } from 'vitest';

const { lossRecords } = losses;

/** x, t, and the loss computed by hand. Losses that PyTorch has are defined as in torch.nn. */
const known: Record<losses.LossName, [x: number[], t: number[], value: number][]> = {
  mse: [
    [[7], [10], 9],
    [[1, 2], [3, 2], 2],
  ],
  mae: [[[1, 2], [3, 2.5], 1.25]],
  huber: [
    [[0.5], [0], 0.125],
    [[3], [0], 2.5],
  ],
  logCosh: [
    [[1], [0], 0.4337808304830271],
    [[1e-8], [0], 5e-17],
    [[1e4], [0], 1e4 - Math.LN2],
  ],
  binaryCrossEntropy: [
    [[0.25], [1], Math.log(4)],
    [[0], [1], 100],
    [[0.5, 0.5], [0, 1], Math.LN2],
  ],
  binaryCrossEntropyWithLogits: [
    [[0], [1], Math.LN2],
    [[1000], [0], 1000],
    [[-1000], [0], 0],
  ],
  softmaxCrossEntropy: [
    [[0, 0], [1, 0], Math.LN2],
    [[1000, 0, 0], [0, 1, 0], 1000],
    [[1, 2, 3], [0.2, 0.3, 0.5], 1.1076059644443806],
  ],
  hinge: [
    [[0.5], [1], 0.5],
    [[2, -2], [1, 1], 1.5],
  ],
  poisson: [[[1], [2], Math.E - 2]],
  klDivergence: [
    [[Math.log(0.5), Math.log(0.5)], [0.25, 0.75], 0.25 * Math.log(0.5) + 0.75 * Math.log(1.5)],
    [[-1, -2], [0, 1], 2],
  ],
};

// Each test reads the records itself, so that a wrong record fails its own tests instead of the whole file.
const names = Object.keys(known) as losses.LossName[];
const withDefaults = (name: losses.LossName) => lossRecords[name].make({});

test('every record is tested', () => {
  expect(names.toSorted()).toEqual(Object.keys(lossRecords).toSorted());
});

describe.each(names)('%s', (name) => {
  test(`${name} has the values of its definition`, () => {
    const loss = withDefaults(name);
    for (const [x, t, value] of known[name]) {
      expect(Math.abs(loss.value(x, t) - value)).toBeLessThanOrEqual(1e-14 * Math.max(1e-3, Math.abs(value)));
    }
  });

  test(`the derivative of ${name} matches finite differences`, () => {
    checkLoss(withDefaults(name), { samples: 60 }).assert();
  });

  test(`${name} is the built-in that its record describes`, () => {
    const { make, options } = lossRecords[name];
    const loss = make({});
    expect(loss.name).toBe(name);
    const defaults = Object.fromEntries(Object.entries(options).map(([option, value]) => [option, value.default]));
    expect(loss.builtin).toEqual({ name, options: defaults });
    expect((losses as Record<string, unknown>)[name]).toBe(make);
  });

  test(`${name} is the mean or the sum over outputs, as its record states`, () => {
    const { make, reduction } = lossRecords[name];
    const loss = make({});
    if (name === 'softmaxCrossEntropy') {
      expect(reduction).toBe('sum');
      return;
    }
    const [one, two] = [loss.value([0.3], [1]), loss.value([0.3, 0.3], [1, 1])];
    expect(two).toBeCloseTo(reduction === 'mean' ? one : 2 * one, 14);
  });

  test(`${name} accepts only the targets that its record states`, () => {
    const [low, high] = lossRecords[name].targets;
    const loss = withDefaults(name);
    expect(low).toBeLessThan(high);
    for (const t of [low, high]) if (Number.isFinite(t)) expect(loss.targetProblem?.([t])).toBeUndefined();
    if (low > -Infinity) expect(loss.targetProblem?.([low - 1])).toContain('received');
    if (high < Infinity) expect(loss.targetProblem?.([high + 1])).toContain('received');
  });
});

describe('extreme numbers', () => {
  test.each(names.filter((name) => !['poisson', 'binaryCrossEntropy'].includes(name)))(
    '%s stays finite for extreme inputs',
    (name) => {
      const loss = withDefaults(name);
      const t = name === 'hinge' ? [1, -1] : [1, 0];
      const size = ['mse'].includes(name) ? 1e150 : 1e300;
      for (const x of [
        [size, -size],
        [-size, size],
        [0, 0],
        [5e-324, -5e-324],
      ]) {
        const dLossDx = new Float64Array(2);
        loss.derivative(x, t, dLossDx);
        expect(Number.isFinite(loss.value(x, t)) && dLossDx.every(Number.isFinite), x.join()).toBe(true);
      }
    },
  );

  test('the loss and derivative of binaryCrossEntropy at probabilities of 0 and 1 are bounded as in PyTorch', () => {
    const loss = losses.binaryCrossEntropy();
    const dLossDx = new Float64Array(1);
    loss.derivative([0], [1], dLossDx);
    expect(dLossDx[0]).toBe(-1e12);
    expect(loss.value([1], [0])).toBe(100);
    expect(loss.value([1], [1])).toBe(0);
  });
});

describe('targetProblem', () => {
  const problem = (loss: { targetProblem?(t: ArrayLike<number>): string | undefined }, t: number[]) =>
    loss.targetProblem?.(t);
  test('targetProblem reports targets outside the domain of a loss', () => {
    expect(problem(losses.hinge(), [1, 0])).toBe('output 1: expected -1 or 1, received 0');
    expect(problem(losses.hinge(), [1, -1])).toBeUndefined();
    expect(problem(losses.binaryCrossEntropy(), [1.5])).toMatch(/probability/);
    expect(problem(losses.binaryCrossEntropyWithLogits(), [-0.1])).toMatch(/probability/);
    expect(problem(losses.binaryCrossEntropy(), [0, 1])).toBeUndefined();
    for (const loss of [losses.poisson(), losses.softmaxCrossEntropy(), losses.klDivergence()]) {
      expect(problem(loss, [-1])).toMatch(/≥ 0, received -1/);
      expect(problem(loss, [0, 2])).toBeUndefined();
    }
    // Only losses with unknownTargets accept NaN.
    for (const loss of [losses.softmaxCrossEntropy(), losses.klDivergence()]) {
      expect(problem(loss, [NaN, 1])).toMatch(/output 0: .*received NaN/);
    }
    expect(problem(losses.hinge(), [NaN, 1])).toBeUndefined();
    expect(losses.mse().targetProblem).toBeUndefined();
  });
});

test('a loss from elementwise() is the mean over the outputs, and keeps kinks and targetProblem', () => {
  const loss = losses.elementwise({
    name: 'custom',
    value: (x, t) => x * t,
    derivative: (_, t) => t,
    kinks: (t) => [t],
    targetProblem: (t) => (t === 0 ? 'no zeros' : undefined),
  });
  const dLossDx = new Float64Array(2);
  loss.derivative([1, 2], [3, 5], dLossDx);
  expect(loss.value([1, 2], [3, 5])).toBe(6.5);
  expect([...dLossDx]).toEqual([1.5, 2.5]);
  expect(loss.kinks?.(4)).toEqual([4]);
  expect(loss.targetProblem?.([1, 0])).toBe('output 1: no zeros');
});

test('huber throws an NnbpError for a delta that is not a finite number above 0', () => {
  for (const delta of [0, -1, NaN, Infinity]) expect(() => losses.huber({ delta })).toThrow(NnbpError);
  expect(losses.huber({ delta: 0.5 }).value([3], [0])).toBe(0.5 * (3 - 0.25));
});

test('losses have the properties kinks and builtin', () => {
  expect(losses.huber({ delta: 0.25 }).builtin).toEqual({ name: 'huber', options: { delta: 0.25 } });
  expect(losses.mae().kinks?.(3)).toEqual([3]);
  expect(losses.hinge().kinks?.(-1)).toEqual([-1]);
});

test('a class with probability 0 and target 0 adds nothing to the loss', () => {
  expect(losses.softmaxCrossEntropy().value([0, -Infinity], [1, 0])).toBe(0);
});

test('the derivative of hinge at its margin is 0', () => {
  const dLossDx = new Float64Array(1);
  losses.hinge().derivative([1], [1], dLossDx);
  expect(dLossDx[0]).toBe(0);
});

test('an output whose target is unknown (NaN) has no loss, derivative or residual', () => {
  const { value, derivative, residuals, targetProblem, unknownTargets } = losses.mse();
  expect(unknownTargets).toBe(true);
  expect(value([1, 5], [3, NaN])).toBe(2);
  const actual = new Float64Array(2);
  derivative([1, 5], [3, NaN], actual);
  expect([...actual]).toEqual([-2, 0]);
  residuals!.value([1, 5], [3, NaN], actual);
  expect([...actual]).toEqual([-2 / Math.SQRT2, 0]);
  residuals!.derivative([1, 5], [3, NaN], actual);
  expect([...actual]).toEqual([1 / Math.SQRT2, 0]);
  expect(targetProblem).toBeUndefined();
  expect(losses.hinge().targetProblem!([NaN, 0])).toMatch(/^output 1: expected -1 or 1/);
});
