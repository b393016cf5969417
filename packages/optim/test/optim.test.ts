import { NnbpError, type Optimizer, Random } from '@nnbp/core';
import * as optim from '@nnbp/optim';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const { adagrad, adam, adamw, chain, clipByNorm, clipByValue, cosine, decayWeights, exponentialDecay, l1Penalty } =
  optim;
const { lion, nadam, oneCycle, plateau, rmsprop, rprop, sgd, stepDecay } = optim;

/** Returns the value of a parameter after each step. */
function path(optimizer: Optimizer): number[] {
  const p = Float64Array.of(1);
  return [0.5, -0.25, 1].map((g) => {
    optimizer.step(p, Float64Array.of(g));
    return p[0];
  });
}

describe('update rules', () => {
  // Each expected value is the rule written out by hand, independent of the code.
  test('sgd follows its rule', () => expect(path(sgd({ learningRate: 0.1 }))).toEqual([0.95, 0.975, 0.875]));

  test('sgd follows its rule with momentum, dampening, Nesterov momentum and weight decay', () => {
    const close = (actual: number[], expected: number[]) =>
      actual.forEach((x, k) => expect(x).toBeCloseTo(expected[k], 14));
    // m: 0.5, 0.45 - 0.25 = 0.2, 0.18 + 1 = 1.18
    close(path(sgd({ learningRate: 0.1, momentum: 0.9 })), [0.95, 0.93, 0.812]);
    // m: 0.5, 0.45 - 0.125 = 0.325, 0.2925 + 0.5 = 0.7925
    close(path(sgd({ learningRate: 0.1, momentum: 0.9, dampening: 0.5 })), [0.95, 0.9175, 0.83825]);
    // g + 0.9 m: 0.95, -0.07, 2.062
    close(path(sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true })), [0.905, 0.912, 0.7058]);
    close(path(sgd({ learningRate: 0.1, weightDecay: 0.1 })), [0.94, 0.9556, 0.846044]);
  });

  test('adam follows its rule, and its first step has the size of the learning rate', () => {
    expect(path(adam({ learningRate: 0.1 }))[0]).toBeCloseTo(0.9, 7);
    const [m, v] = [0.9 * 0.05 + 0.1 * -0.25, 0.999 * 0.00025 + 0.001 * 0.0625];
    const second =
      1 -
      0.1 * (0.05 / 0.1 / (Math.sqrt(0.00025 / 0.001) + 1e-8)) -
      (0.1 * (m / 0.19)) / (Math.sqrt(v / 0.001999) + 1e-8);
    expect(path(adam({ learningRate: 0.1 }))[1]).toBeCloseTo(second, 12);
  });

  test('adamw shrinks the parameter first, and adam adds the decay to the gradient', () => {
    const p = Float64Array.of(2);
    adamw({ learningRate: 0.1, weightDecay: 0.5 }).step(p, Float64Array.of(1));
    expect(p[0]).toBeCloseTo(2 * 0.95 - 0.1, 7);
    const q = Float64Array.of(2);
    adam({ learningRate: 0.1, weightDecay: 0.5 }).step(q, Float64Array.of(-1));
    expect(q[0]).toBe(2);
  });

  test('rmsprop follows its rule: plain, centered and with momentum', () => {
    const v1 = 0.01 * 0.25;
    expect(path(rmsprop({ learningRate: 0.1 }))[0]).toBeCloseTo(1 - (0.1 * 0.5) / (Math.sqrt(v1) + 1e-8), 12);
    const centered = Math.sqrt(v1 - (0.01 * 0.5) ** 2);
    expect(path(rmsprop({ learningRate: 0.1, centered: true }))[0]).toBeCloseTo(
      1 - (0.1 * 0.5) / (centered + 1e-8),
      12,
    );
    const v2 = 0.99 * v1 + 0.01 * 0.0625;
    const m2 = (0.5 * 0.5) / (Math.sqrt(v1) + 1e-8) - 0.25 / (Math.sqrt(v2) + 1e-8);
    const two = path(rmsprop({ learningRate: 0.1, momentum: 0.5 }));
    expect(two[1]).toBeCloseTo(two[0] - 0.1 * m2, 12);
  });

  test('adagrad follows its rule', () => {
    const [one, two] = path(adagrad({ learningRate: 0.1, learningRateDecay: 1, initialSum: 0.11 }));
    expect(one).toBeCloseTo(1 - 0.05 / (0.6 + 1e-10), 12);
    expect(two).toBeCloseTo(one + (0.05 * 0.25) / (Math.sqrt(0.4225) + 1e-10), 12);
  });

  test('nadam follows its rule', () => {
    const mu = (n: number) => 0.9 * (1 - 0.5 * 0.96 ** (n * 0.004));
    const size = 0.5 + 1e-8;
    const first =
      1 - (0.1 * (1 - mu(1)) * 0.5) / (1 - mu(1)) / size - (0.1 * mu(2) * 0.05) / (1 - mu(1) * mu(2)) / size;
    expect(path(nadam({ learningRate: 0.1 }))[0]).toBeCloseTo(first, 12);
  });

  test('lion moves the parameter by the learning rate, whatever the size of the gradient', () => {
    // 0.9 m + 0.1 g is 0.05 (m = 0), 0.0045 - 0.025 (m = 0.005) and 0.002205 + 0.1 (m = 0.00245).
    // Each step subtracts 0.1 times the sign of this value from the parameter.
    path(lion({ learningRate: 0.1 })).forEach((x, k) => expect(x).toBeCloseTo([0.9, 1, 0.9][k], 14));
  });

  test('lion mixes momentum and gradient, shrinks the parameter first, and does not move it if momentum and gradient are 0', () => {
    const p = Float64Array.of(2, 2);
    const optimizer = lion({ learningRate: 0.1, beta1: 0.5, beta2: 0.75, weightDecay: 0.5 });
    // m is 0, so the signs of g decide. Afterwards, m = 0.25 g = (1, -2).
    optimizer.step(p, Float64Array.of(4, -8));
    [1.8, 2].forEach((x, k) => expect(p[k]).toBeCloseTo(x, 14));
    // (m + g) / 2 = (-1, -0.25): the gradient decides the first sign, the momentum the second.
    optimizer.step(p, Float64Array.of(-3, 1.5));
    [1.81, 2].forEach((x, k) => expect(p[k]).toBeCloseTo(x, 14));
    const still = Float64Array.of(1);
    lion({ learningRate: 0.1 }).step(still, Float64Array.of(0));
    expect(still[0]).toBe(1);
  });

  test('rprop increases its step size, but when the sign of the gradient changes, it decreases the step size and does not move the parameter', () => {
    const p = Float64Array.of(1);
    const optimizer = rprop({ initialStep: 0.1 });
    const steps = [1, 1, -1, -1, -5].map((g) => {
      optimizer.step(p, Float64Array.of(g));
      return p[0];
    });
    [0.9, 0.78, 0.78, 0.84, 0.912].forEach((x, k) => expect(steps[k]).toBeCloseTo(x, 14));
    expect(optimizer.fullBatch).toBe(true);
  });

  test.each([
    [0.1, 0.06, 0.06],
    [0.001, 50, 0.004],
  ])(
    'as in PyTorch, rprop clamps an initial step of %d to the range from minimumStep to maximumStep',
    (initialStep, maximumStep, step) => {
      const p = Float64Array.of(1);
      rprop({ initialStep, minimumStep: 0.004, maximumStep }).step(p, Float64Array.of(1));
      expect(p[0]).toBe(1 - step);
    },
  );
});

describe('schedules', () => {
  const rates = (schedule: optim.Schedule, ...steps: number[]) => steps.map((step) => schedule.rate(step));
  test('stepDecay and exponentialDecay follow their formulas', () => {
    expect(rates(stepDecay({ initial: 1, factor: 0.5, every: 3 }), 0, 2, 3, 6)).toEqual([1, 1, 0.5, 0.25]);
    expect(rates(exponentialDecay({ initial: 1, factor: 0.5 }), 0, 1, 3)).toEqual([1, 0.5, 0.125]);
  });
  test('cosine rises linearly, falls along half a cosine wave and then stays constant', () => {
    const schedule = cosine({ peak: 1, steps: 14, warmUp: 4, final: 0.2 });
    [0.2, 0.8, 1, 0.6, 0.2, 0.2].forEach((rate, k) =>
      expect(rates(schedule, 0, 3, 4, 9, 14, 99)[k]).toBeCloseTo(rate, 14),
    );
  });
  test("oneCycle starts, peaks and ends at PyTorch's rates", () => {
    const schedule = oneCycle({ peak: 1, steps: 100 });
    expect(schedule.rate(0)).toBeCloseTo(0.04, 14);
    expect(schedule.rate(29)).toBeCloseTo(1, 14);
    expect(schedule.rate(99)).toBeCloseTo(4e-6, 14);
    expect(oneCycle({ peak: 1, steps: 2, rise: 0.5 }).rate(0)).toBeCloseTo(1, 14);
  });
  test('plateau waits, reduces the rate, cools down, and stops at its minimum', () => {
    const schedule = plateau({ initial: 1, factor: 0.5, patience: 1, cooldown: 1, minimum: 0.3 });
    const seen = [5, 4, 4, 4, 4, 4, 4, 4].map((loss) => {
      schedule.observe?.(loss);
      return schedule.rate(0);
    });
    expect(seen).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.3, 0.3]);
  });
  test('plateau requires the same relative improvement for negative losses as for positive ones', () => {
    const rates = (losses: readonly number[]) => {
      const schedule = plateau({ initial: 1, factor: 0.5, patience: 1 });
      return losses.map((loss) => {
        schedule.observe!(loss);
        return schedule.rate(0);
      });
    };
    // The loss rises by 0.1 each time: only the first epoch is an improvement.
    expect(rates([-10, -9.9, -9.8, -9.7, -9.6])).toEqual(rates([10, 10.1, 10.2, 10.3, 10.4]));
    expect(rates([-10, -9.9, -9.8])).toEqual([1, 1, 0.5]);
    // The loss falls by 0.1 each time: every epoch is an improvement.
    expect(rates([-10, -10.1, -10.2, -10.3])).toEqual([1, 1, 1, 1]);
    // The loss falls by less than one part in 10,000: only the first epoch is an improvement.
    expect(rates([-10, -10.0005, -10.0009])).toEqual([1, 1, 0.5]);
  });

  test('plateau does not count an equal loss as an improvement, and does not change the rate by 1e-8 or less', () => {
    const flat = plateau({ initial: 1, factor: 0.5, patience: 1, threshold: 0 });
    for (const loss of [2, 2, 2]) flat.observe?.(loss);
    expect(flat.rate(0)).toBe(0.5);
    const tiny = plateau({ initial: 1.5e-8, factor: 0.5, patience: 0 });
    for (const loss of [2, 2]) tiny.observe?.(loss);
    expect(tiny.rate(0)).toBe(1.5e-8);
  });
  test('an optimizer follows its schedule and passes the loss on to it', () => {
    const optimizer = chain(clipByValue(10), sgd({ learningRate: plateau({ initial: 1, patience: 0 }) }));
    optimizer.observe?.(1);
    optimizer.observe?.(1);
    const p = Float64Array.of(0);
    optimizer.step(p, Float64Array.of(1));
    expect(p[0]).toBeCloseTo(-0.1, 15);
    const stepped = sgd({ learningRate: stepDecay({ initial: 1, factor: 0.1, every: 1 }) });
    expect([...path(stepped), stepped.builtin?.learningRate()].at(-1)).toBeCloseTo(1e-3, 15);
  });
});

test('transforms follow their definitions', () => {
  const gradients = Float64Array.of(3, -4, 0.5);
  clipByValue(1).transform(gradients, gradients);
  expect([...gradients]).toEqual([1, -1, 0.5]);
  const long = Float64Array.of(3e200, 4e200);
  clipByNorm(5).transform(long, long);
  [3, 4].forEach((g, k) => expect(long[k]).toBeCloseTo(g, 12));
  const short = Float64Array.of(0.3, 0.4);
  clipByNorm(5).transform(short, short);
  expect([...short]).toEqual([0.3, 0.4]);
  const between = Float64Array.of(3, 4);
  clipByNorm(4.5).transform(between, between);
  expect(Math.hypot(...between)).toBeCloseTo(4.5, 14);
  const none = new Float64Array(2);
  clipByNorm(1).transform(none, none);
  expect([...none]).toEqual([0, 0]);
  decayWeights(0.5).transform(short, Float64Array.of(2, 4));
  [1.3, 2.4].forEach((g, k) => expect(short[k]).toBeCloseTo(g, 14));
  const sparse = Float64Array.of(1, 1, 1);
  l1Penalty(0.25).transform(sparse, Float64Array.of(7, 0, -0.1));
  expect([...sparse]).toEqual([1.25, 1, 0.75]);
});

const makers: Record<string, () => Optimizer> = {
  sgd: () => sgd({ learningRate: 0.01 }),
  'sgd with Nesterov momentum': () => sgd({ learningRate: 0.01, momentum: 0.9, nesterov: true }),
  adam: () => adam({ learningRate: cosine({ peak: 0.1, steps: 40, warmUp: 5 }) }),
  adamw: () => adamw({ learningRate: 0.05 }),
  rmsprop: () => rmsprop({ learningRate: 0.02, momentum: 0.5, centered: true }),
  adagrad: () => adagrad({ learningRate: 0.5, weightDecay: 0.01 }),
  nadam: () => nadam({ learningRate: 0.05, weightDecay: 0.001 }),
  lion: () => lion({ learningRate: 0.01, weightDecay: 0.1 }),
  rprop: () => rprop(),
  'sgd with the plateau schedule': () => sgd({ learningRate: plateau({ initial: 0.1, patience: 1 }) }),
  'a chain with adam': () => chain(clipByNorm(1), decayWeights(0.01), adam({ learningRate: 0.02 })),
};

describe.each(Object.entries(makers))('%s', (name, make) => {
  test(`${name} resumes bit-for-bit from a saved state, in float64 and float32`, () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 12 }), fc.boolean(), (seed, at, single) => {
        const run = (interrupted: boolean) => {
          const random = new Random(seed);
          const vector = (n: number) => (single ? new Float32Array(n) : new Float64Array(n));
          const p = vector(4).map(() => random.normal());
          let optimizer = make();
          for (let step = 0; step < 20; step++) {
            if (interrupted && step === at) {
              const state = optimizer.state();
              optimizer = make();
              optimizer.restore(state);
            }
            optimizer.step(
              p,
              vector(4).map(() => random.normal()),
            );
            if (step % 5 === 4) optimizer.observe?.(random.uniform());
          }
          return [...p];
        };
        expect(run(true)).toEqual(run(false));
      }),
      { numRuns: 20 },
    );
  });

  test(`${name} finds the minimum of a quadratic function`, () => {
    const optimizer = make();
    const p = Float64Array.of(0.4, -0.3);
    for (let step = 0; step < 3000; step++) {
      optimizer.step(p, Float64Array.of(2 * p[0], 8 * p[1]));
    }
    expect(Math.hypot(p[0], p[1])).toBeLessThan(0.25);
  });

  test(`${name} throws for the state of another optimizer and keeps its own`, () => {
    const optimizer = make();
    optimizer.step(Float64Array.of(1), Float64Array.of(1));
    const before = optimizer.state();
    expect(() => optimizer.restore({ name: 'other', numbers: {}, vectors: {} })).toThrow(NnbpError);
    expect(optimizer.state()).toEqual(before);
  });
});

test('a chain calls its transforms as methods', () => {
  class Scale {
    readonly name = 'scale';
    readonly #factor = 3;
    transform(gradients: Float64Array) {
      gradients[0] *= this.#factor;
    }
  }
  const p = new Float64Array(1);
  chain(new Scale(), sgd({ learningRate: 1 })).step(p, Float64Array.of(2));
  expect(p[0]).toBe(-6);
});

test.each([optim.lbfgs, optim.levenbergMarquardt])(
  'a chain rejects an optimizer that evaluates the loss itself',
  (make) => {
    expect(() => chain(clipByNorm(1), make())).toThrow(/evaluates the loss itself.*Use .* alone/);
  },
);

test('a chain is full-batch if its optimizer is', () => {
  expect(chain(clipByValue(1), rprop()).fullBatch).toBe(true);
  expect(chain(clipByValue(1), adam()).fullBatch).toBeUndefined();
});

test('an engine can read the options, steps and vectors of an optimizer, and change the steps and vectors', () => {
  const optimizer = adam({ learningRate: exponentialDecay({ initial: 1, factor: 0.5 }), beta1: 0.8 });
  const builtin = optimizer.builtin!;
  expect(builtin.name).toBe('adam');
  expect(builtin.options).toEqual({ beta1: 0.8, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 });
  optimizer.step(new Float64Array(2), Float64Array.of(1, 2));
  builtin.advance();
  expect(builtin.steps).toBe(2);
  expect(builtin.learningRate()).toBe(0.25);
  expect([...builtin.vectors.mean]).toEqual([0.2, 0.4].map((m) => expect.closeTo(m, 14) as number));
  const vectors = { mean: new Float64Array(2), square: new Float64Array(2) };
  builtin.vectors = vectors;
  optimizer.step(new Float64Array(2), Float64Array.of(1, 2));
  expect(vectors.mean[1]).toBeCloseTo(0.4, 14);
  expect(optimizer.state().numbers.steps).toBe(3);
  expect(adamw().builtin?.options).toEqual({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 });
  expect(sgd({ learningRate: 1, momentum: 0.5, nesterov: true }).builtin?.options).toEqual({
    momentum: 0.5,
    dampening: 0,
    nesterov: 1,
    weightDecay: 0,
  });
  expect(sgd({ learningRate: 1 }).builtin?.vectors).toEqual({});
});

test('a saved state is a copy, which later steps do not change', () => {
  const optimizer = adam();
  optimizer.step(new Float64Array(1), Float64Array.of(1));
  const state = optimizer.state();
  const before = JSON.stringify([...state.vectors.mean]);
  optimizer.step(new Float64Array(1), Float64Array.of(1));
  expect(JSON.stringify([...state.vectors.mean])).toBe(before);
});

test('restore throws for a state with another name, and for a chain state that does not have exactly one part', () => {
  for (const [one, other] of [
    [adam(), adamw()],
    [chain(clipByNorm(1), adam()), chain(clipByValue(1), adam())],
  ]) {
    const before = one.state();
    expect(() => one.restore(other.state())).toThrow(NnbpError);
    expect(one.state()).toEqual(before);
  }
  const chained = chain(clipByNorm(1), adam());
  expect(chained.name).toBe('chain(clipByNorm, adam)');
  const { name, numbers, vectors, parts } = chained.state();
  for (const wrong of [undefined, [], [...parts!, ...parts!]]) {
    expect(() => chained.restore({ name, numbers, vectors, ...(wrong && { parts: wrong }) })).toThrow(NnbpError);
  }
});

test('restore throws for a state that lacks one of several numbers', () => {
  const optimizer = nadam();
  optimizer.step(new Float64Array(1), new Float64Array(1));
  const { name, numbers, vectors } = optimizer.state();
  expect(() => optimizer.restore({ name, numbers: { steps: numbers.steps }, vectors })).toThrow(/cannot resume/);
});

test('restore throws for a state that lacks a number or a vector, or whose vectors have different lengths', () => {
  const optimizer = adam();
  optimizer.step(new Float64Array(3), new Float64Array(3));
  const { name, numbers, vectors } = optimizer.state();
  for (const wrong of [
    { name, numbers: {}, vectors },
    { name, numbers, vectors: { mean: vectors.mean } },
    { name, numbers, vectors: { ...vectors, mean: new Float64Array(2) } },
  ]) {
    expect(() => optimizer.restore(wrong)).toThrow(/cannot resume/);
  }
});

describe('invalid options are named', () => {
  test.each<[string, () => unknown]>([
    ['learningRate', () => sgd({ learningRate: -1 })],
    ['learningRate', () => adam({ learningRate: NaN })],
    ['momentum', () => sgd({ learningRate: 1, momentum: 1 })],
    ['beta1', () => adam({ beta1: 1 })],
    ['epsilon', () => adamw({ epsilon: -1 })],
    ['beta2', () => nadam({ beta2: 2 })],
    ['smoothing', () => rmsprop({ smoothing: 1 })],
    ['initialSum', () => adagrad({ initialSum: -1 })],
    ['beta1', () => lion({ beta1: -0.1 })],
    ['etaMinus', () => rprop({ etaMinus: 1 })],
    ['etaPlus', () => rprop({ etaPlus: 0.5 })],
    ['minimumStep', () => rprop({ minimumStep: 100 })],
    ['limit', () => clipByNorm(-1)],
    ['limit', () => clipByValue(NaN)],
    ['rate', () => decayWeights(-1)],
    ['rate', () => l1Penalty(-1)],
    ['every', () => stepDecay({ initial: 1, factor: 1, every: 0 })],
    ['factor', () => exponentialDecay({ initial: 1, factor: -1 })],
    ['steps', () => cosine({ peak: 1, steps: 3, warmUp: 3 })],
    ['startFactor', () => oneCycle({ peak: 1, steps: 9, startFactor: 0 })],
    ['patience', () => plateau({ initial: 1, patience: -1 })],
    ['weightDecay', () => lion({ weightDecay: -1 })],
    ['epsilon', () => nadam({ epsilon: -1 })],
    ['weightDecay', () => nadam({ weightDecay: -1 })],
    ['momentumDecay', () => nadam({ momentumDecay: -1 })],
    ['epsilon', () => rmsprop({ epsilon: -1 })],
    ['weightDecay', () => rmsprop({ weightDecay: -1 })],
    ['initialStep', () => rprop({ initialStep: -1 })],
    ['maximumStep', () => rprop({ maximumStep: NaN })],
    ['initial', () => stepDecay({ initial: -1, factor: 1, every: 1 })],
    ['factor', () => stepDecay({ initial: 1, factor: -1, every: 1 })],
    ['peak', () => cosine({ peak: -1, steps: 3 })],
    ['final', () => cosine({ peak: 1, steps: 3, final: -1 })],
    ['peak', () => oneCycle({ peak: -1, steps: 9 })],
    ['rise', () => oneCycle({ peak: 1, steps: 9, rise: 1 })],
    ['finalFactor', () => oneCycle({ peak: 1, steps: 9, finalFactor: 0 })],
    ['startFactor', () => oneCycle({ peak: 1, steps: 9, startFactor: -1 })],
    ['initial', () => plateau({ initial: -1 })],
    ['minimum', () => plateau({ initial: 1, minimum: -1 })],
    ['factor', () => plateau({ initial: 1, factor: 1 })],
    ['threshold', () => plateau({ initial: 1, threshold: 1 })],
    ['dampening', () => sgd({ learningRate: 1, dampening: -1 })],
    ['weightDecay', () => sgd({ learningRate: 1, weightDecay: -1 })],
  ])('an invalid %s is named in the error', (option, make) => {
    expect(make).toThrow(new RegExp(option));
    expect(make).toThrow(NnbpError);
  });

  test('options at the limits of their ranges are valid', () => {
    for (const make of [
      () => rprop({ etaPlus: 1 }),
      () => rprop({ minimumStep: 1, maximumStep: 1 }),
      () => sgd({ learningRate: 0, momentum: 0, dampening: 0, weightDecay: 0 }),
      () => cosine({ peak: 0, steps: 1, final: 0 }),
    ]) {
      expect(make).not.toThrow();
    }
  });

  test('step throws for vectors of a different length', () => {
    const optimizer = sgd({ learningRate: 1, momentum: 0.5 });
    expect(() => optimizer.step(new Float64Array(2), new Float64Array(3))).toThrow(/gradients/);
    optimizer.step(new Float64Array(2), new Float64Array(2));
    expect(() => optimizer.step(new Float64Array(3), new Float64Array(3))).toThrow(/momentum/);
  });
});

test('the entries of optimizerRecords create optimizers with the given options', () => {
  const { optimizerRecords } = optim;
  expect(optimizerRecords.sgd.make({ momentum: 0.5, nesterov: 1 }).builtin?.options).toMatchObject({ nesterov: 1 });
  expect(optimizerRecords.rmsprop.make({ centered: 1 }).builtin?.options).toMatchObject({ centered: 1 });
  expect(path(optimizerRecords.rprop.make({ learningRate: 0.1 }))).toEqual(path(rprop({ initialStep: 0.1 })));
  expect(path(optimizerRecords.rprop.make({}))).toEqual(path(rprop()));
});

test('the methods advance and step change the scalars of an optimizer in the same way', () => {
  const [advanced, stepped] = [nadam(), nadam()];
  advanced.builtin!.advance();
  stepped.step(new Float64Array(1), Float64Array.of(1));
  expect(advanced.builtin!.scalars()).toEqual(stepped.builtin!.scalars());
  expect(advanced.builtin!.scalars()).not.toEqual(nadam().builtin!.scalars());
});

test('a chain with a custom transform has no builtin, so engines call its step', () => {
  const half = {
    name: 'half',
    transform(gradients: Float64Array | Float32Array) {
      gradients.set(gradients.map((gradient) => gradient / 2));
    },
  };
  expect(chain(half, sgd({ learningRate: 1 })).builtin).toBeUndefined();
});
