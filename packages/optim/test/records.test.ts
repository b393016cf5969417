import { type Optimizer, Random } from '@nnbp/core';
import * as optim from '@nnbp/optim';
import { describe, expect, test } from 'vitest';

const { optimizerRecords, rmsprop, rprop, sgd } = optim;

// Each test reads the records itself, so that a wrong record fails its own tests instead of the whole file.
const names = ['adagrad', 'adam', 'adamw', 'lion', 'nadam', 'rmsprop', 'rprop', 'sgd'] as const;
const defaultsOf = (name: (typeof names)[number]) =>
  Object.fromEntries(Object.entries(optimizerRecords[name].options).map(([option, value]) => [option, value.default]));

/** The path of a parameter over four steps. */
function path(optimizer: Optimizer): number[] {
  const p = Float64Array.of(0.7);
  return [0.5, -0.25, 1, 0.125].map((g) => {
    optimizer.step(p, Float64Array.of(g));
    return p[0];
  });
}

test('every update rule has a record, and every record is tested', () => {
  expect(Object.keys(optimizerRecords).toSorted()).toEqual([...names]);
});

describe.each(names)('%s', (name) => {
  test(`the record of ${name} lists the optimizer's options with their defaults`, () => {
    const { builtin } = optimizerRecords[name].make({});
    const { learningRate, ...options } = defaultsOf(name);
    expect(builtin!.name).toBe(name);
    expect(builtin!.options).toEqual(options);
    if (learningRate !== undefined) expect(builtin!.learningRate()).toBe(learningRate);
    expect(builtin!.constantRate).toBe(true);
    const scalars = Object.values(builtin!.scalars());
    expect(scalars.length > 0 && scalars.every(Number.isFinite)).toBe(true);
  });

  test(`${name} takes the same steps with its defaults as without options`, () => {
    const { make } = optimizerRecords[name];
    const { learningRate: _, ...options } = defaultsOf(name);
    expect(path(make({}))).toEqual(path(make(options)));
  });

  test(`each option in the record of ${name} reaches the optimizer`, () => {
    const { make, options } = optimizerRecords[name];
    for (const [option, { default: value, symbol }] of Object.entries(options)) {
      const other = value === 0 ? 0.5 : 0.9 * value;
      const { builtin } = make({ [option]: other });
      if (option === 'learningRate') expect(builtin!.learningRate()).toBe(other);
      else if (symbol === '') expect(make({ [option]: 1 }).builtin!.options[option]).toBe(1);
      else expect(builtin!.options[option]).toBe(other);
    }
  });
});

test('rprop uses a learning rate as its initial step size', () => {
  expect(optimizerRecords.rprop.make({ learningRate: 0.25 }).builtin!.options.initialStep).toBe(0.25);
});

test('an optimizer keeps only the vectors that its options need', () => {
  const vectorsOf = (optimizer: Optimizer) => {
    optimizer.step(new Float64Array(1), new Float64Array(1));
    return Object.keys(optimizer.builtin!.vectors).toSorted();
  };
  expect(vectorsOf(sgd({ learningRate: 1 }))).toEqual([]);
  expect(vectorsOf(sgd({ learningRate: 1, momentum: 0.5 }))).toEqual(['momentum']);
  expect(vectorsOf(rmsprop())).toEqual(['square']);
  expect(vectorsOf(rmsprop({ momentum: 0.5 }))).toEqual(['momentum', 'square']);
  expect(vectorsOf(rmsprop({ centered: true }))).toEqual(['mean', 'square']);
  expect(vectorsOf(rprop())).toEqual(['last', 'size']);
});

test('only sgd without momentum and weight decay is plain gradient descent', () => {
  const isPlain = (options: object) => sgd({ learningRate: 0.1, ...options }).builtin!.isPlainDescent;
  expect([isPlain({}), isPlain({ momentum: 0.5 }), isPlain({ weightDecay: 0.5 }), isPlain({ dampening: 0.5 })]).toEqual(
    [true, false, false, true],
  );
  expect(optim.adam().builtin!.isPlainDescent).toBe(false);
});

test('the learning rate of a schedule is not constant', () => {
  const { constantRate } = sgd({ learningRate: optim.exponentialDecay({ initial: 1, factor: 0.5 }) }).builtin!;
  expect(constantRate).toBe(false);
});

test.each([1, 3, 4, 7, 8])('plain gradient descent updates each of %i parameters once', (length) => {
  const random = new Random(length);
  const [p, g] = [new Float64Array(length), new Float64Array(length)].map((row) => row.map(() => random.normal()));
  const expected = p.map((value, k) => value - 0.5 * g[k]);
  sgd({ learningRate: 0.5 }).step(p, g);
  expect(p).toEqual(expected);
});

test.each([
  ['clipByValue', optim.clipByValue(0.5), { limit: 0.5 }],
  ['clipByNorm', optim.clipByNorm(0.5), { limit: 0.5 }],
  ['l1Penalty', optim.l1Penalty(0.5), { rate: 0.5 }],
  ['decayWeights', optim.decayWeights(0.5), { rate: 0.5 }],
])('%s declares its name and its option', (expected, { name, builtin }, options) => {
  expect(name).toBe(expected);
  expect(builtin).toEqual({ name: expected, options });
});

test.each([
  ['clipByValue: limit', () => optim.clipByValue(-1)],
  ['clipByNorm: limit', () => optim.clipByNorm(-1)],
  ['l1Penalty: rate', () => optim.l1Penalty(-1)],
  ['decayWeights: rate', () => optim.decayWeights(-1)],
  ['adagrad: epsilon', () => optim.adagrad({ epsilon: -1 })],
  ['nadam: momentumDecay', () => optim.nadam({ momentumDecay: -1 })],
  ['lion: weightDecay', () => optim.lion({ weightDecay: -1 })],
  ['rprop: initialStep', () => rprop({ initialStep: -1 })],
])('the error for an option below 0 begins with its name: %s', (name, make) => {
  expect(make).toThrow(`${name}: expected a finite number ≥ 0`);
});

test('the error for an option that must be below 1 says so', () => {
  expect(() => sgd({ learningRate: 0.1, momentum: 1 })).toThrow('momentum: expected a number ≥ 0 and < 1');
});

test('plateau does not count an infinite loss as an improvement', () => {
  const schedule = optim.plateau({ initial: 1, factor: 0.5, patience: 0 });
  schedule.observe!(Infinity);
  expect(schedule.rate(0)).toBe(0.5);
});
