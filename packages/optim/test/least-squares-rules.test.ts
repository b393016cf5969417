/** Checks each rule of the Levenberg–Marquardt iteration with exact numbers, and whole fits against SciPy. */
import { type Objective, type OptimizerState, Random } from '@nnbp/core';
import { levenbergMarquardt, type LevenbergMarquardtOptions } from '@nnbp/optim';
import { describe, expect, test } from 'vitest';
import { leastSquares } from './objectives.js';
import scipy from './scipy/least-squares.generated.json' with { type: 'json' };

/** One iteration for a single parameter. The losses are given instead of computed. */
interface Iteration {
  readonly residual: number;
  /** dr/dp. Default: 1. */
  readonly slope?: number;
  /** The loss before the step. Default: 1. */
  readonly loss?: number;
  /** The loss of each step tried. */
  readonly losses: readonly number[];
}

/** Runs iterations from `start`. Returns the state at the end, and the radius, λ and parameter of each step tried. */
function iterate(
  start: number,
  iterations: readonly Iteration[],
  options: LevenbergMarquardtOptions = {},
  state?: OptimizerState,
) {
  const optimizer = levenbergMarquardt(options);
  if (state !== undefined) optimizer.restore(state);
  const parameters = Float64Array.of(start);
  const tried: { radius: number; lambda: number; parameter: number }[] = [];
  for (const { residual, slope = 1, loss = 1, losses } of iterations) {
    const left = [...losses];
    const objective: Objective = {
      residualCount: 1,
      gradient: () => loss,
      loss(p) {
        const { radius, lambda } = optimizer.state().numbers;
        tried.push({ radius, lambda, parameter: p[0] });
        if (left.length === 0) throw new Error('The optimizer tried more steps than the test expects.');
        return left.shift()!;
      },
      jacobian(_, visit) {
        visit(Float64Array.of(residual), Float64Array.of(slope), 1);
        return loss;
      },
    };
    optimizer.iterate!(objective, parameters);
    if (left.length > 0) throw new Error('The optimizer tried fewer steps than the test expects.');
  }
  const { radius, lambda, refining, shortest, sinceShortest } = optimizer.state().numbers;
  const [parameter] = parameters;
  return { radius, lambda, refining, shortest, sinceShortest, parameter, converged: optimizer.converged, tried };
}

/** Returns the initial state with `changes`, as if one iteration had run. */
const stateWith = (changes: Readonly<Record<string, number>>): OptimizerState => {
  const { name, numbers } = levenbergMarquardt().state();
  return { name, numbers: { ...numbers, steps: 1, ...changes }, vectors: { scale: Float64Array.of(1) } };
};

const near = (value: number): unknown => expect.closeTo(value, 9);

describe('the trust region', () => {
  test.each([
    { start: 0, residual: 1, slope: 1, initialRadius: 0.5, radius: 0.5 },
    { start: 4, residual: 8, slope: 1, initialRadius: 0.25, radius: 1 },
    { start: 4, residual: 9, slope: 2, initialRadius: 0.5, radius: 4 },
    // The radius is never larger than the first step.
    { start: 4, residual: 8, slope: 2, initialRadius: 10, radius: 8 },
  ])(
    'the trust region starts with radius $radius for initialRadius $initialRadius, p = $start, J = $slope',
    (problem) => {
      const { start, residual, slope, initialRadius, radius } = problem;
      const { tried } = iterate(start, [{ residual, slope, loss: residual ** 2, losses: [0] }], { initialRadius });
      expect(tried[0].radius).toBeCloseTo(radius, 12);
    },
  );

  // The predicted decrease for the undamped step −1 is 1.
  test.each([
    { next: 0, parameter: -1, radius: 2 },
    { next: 0.5, parameter: -1, radius: 2 },
    { next: 0.74, parameter: -1, radius: 2 },
    { next: 0.75, parameter: -1, radius: 0.5 },
    { next: 0.875, parameter: -1, radius: 0.5 },
  ])('after an undamped step to the loss $next, the radius is $radius', ({ next, parameter, radius }) => {
    const result = iterate(0, [{ residual: 1, losses: [next] }]);
    expect(result).toMatchObject({ parameter, radius, lambda: 0, refining: 0 });
  });

  // With radius 1/2, λ is 1. The predicted decrease for the step −1/2 is 1/4 + 2·1/4 = 3/4.
  test.each([
    { next: 0.25, radius: 1, lambda: 0.5 },
    { next: 0.4, radius: 1, lambda: 0.5 },
    { next: 0.5, radius: 0.5, lambda: 1 },
    { next: 0.8, radius: 0.5, lambda: 1 },
    { next: 0.85, radius: 0.25, lambda: 2 },
    { next: 0.99, radius: 0.25, lambda: 2 },
  ])('after a damped step to the loss $next, the radius is $radius and λ is $lambda', ({ next, radius, lambda }) => {
    const result = iterate(0, [{ residual: 1, losses: [next] }], { initialRadius: 0.5 });
    expect(result).toMatchObject({ parameter: near(-0.5), radius: near(radius), lambda: near(lambda) });
  });

  test('a damped step whose decrease is exactly 3/4 of the predicted decrease doubles the radius and halves λ', () => {
    // 8 / (1 + λ) is 2 for λ = 3. The predicted decrease is 4 + 2·12 = 28.
    const result = iterate(0, [{ residual: 8, loss: 28, losses: [7] }], {}, stateWith({ radius: 2, lambda: 3 }));
    expect(result.tried).toEqual([{ radius: 2, lambda: 3, parameter: -2 }]);
    expect(result).toMatchObject({ parameter: -2, radius: 4, lambda: 1.5 });
  });

  // The minimum of the parabola through both losses with the slope at the start is at ½·slope / (slope + ½·change).
  test.each([
    { next: 1, loss: 1, residual: 1, part: 1 / 2 },
    { next: 2, loss: 1, residual: 1, part: 1 / 3 },
    { next: 3, loss: 1, residual: 1, part: 1 / 4 },
    { next: 32, loss: 16, residual: 4, part: 1 / 3 },
    // The factor is at least 1/10, and exactly 1/10 if the loss is not finite or has grown 100-fold.
    { next: 99, loss: 1, residual: 1, part: 1 / 10 },
    { next: 100, loss: 1, residual: 1, part: 1 / 10 },
    { next: 1000, loss: 1, residual: 1, part: 1 / 10 },
    { next: Infinity, loss: 1, residual: 1, part: 1 / 10 },
    { next: NaN, loss: 1, residual: 1, part: 1 / 10 },
  ])('the radius is multiplied by $part if an undamped step changes the loss from $loss to $next', (problem) => {
    const { next, loss, residual, part } = problem;
    const result = iterate(0, [{ residual, loss, losses: [next, 0] }]);
    expect(result.tried[0]).toEqual({ radius: residual, lambda: 0, parameter: -residual });
    expect(result.tried[1]).toEqual({
      radius: near(part * residual),
      lambda: near(1 / part - 1),
      parameter: near(-part * residual),
    });
    expect(result.parameter).toBeCloseTo(-part * residual, 9);
  });

  test('if a damped step increases the loss, the new radius depends on the slope of the damped problem', () => {
    // With radius 1/2 and λ = 1, the slope is −(1/4 + 1/4): ½·½ / (½ + ½·2) = 1/6.
    const { tried } = iterate(0, [{ residual: 1, losses: [3, 0] }], { initialRadius: 0.5 });
    expect(tried[1].radius).toBeCloseTo(1 / 12, 12);
  });

  test('a radius that shrinks is first limited to 10 times the length of the step', () => {
    const { tried, parameter, radius } = iterate(0, [
      { residual: 1, losses: [0] },
      { residual: 0.1, losses: [1, 0.99] },
    ]);
    expect(tried.map((step) => step.radius)).toEqual([1, 2, near(0.5)]);
    expect(parameter).toBeCloseTo(-1.1, 12);
    expect(radius).toBeCloseTo(0.2, 12);
  });

  test('a step is accepted if its decrease is exactly 1e-4 of the predicted decrease, and rejected if the decrease is smaller', () => {
    // The predicted decrease is 3.125² = 2^-10 / 1e-4.
    expect(iterate(0, [{ residual: 3.125, losses: [1 - 2 ** -10] }]).parameter).toBe(-3.125);
    const rejected = iterate(0, [{ residual: 3.125, losses: [1 - 2 ** -11, 0] }]);
    expect(rejected.parameter).toBeCloseTo(-1.5625, 9);
  });
});

describe('convergence of the trust region', () => {
  test.each([
    {
      title: 'the trust region converges if both changes equal the tolerance',
      loss: 1,
      residual: 0.5,
      next: 0.75,
      settled: true,
    },
    {
      title: 'the trust region converges if a rejected step changes the loss by the tolerance',
      loss: 1,
      residual: 0.5,
      next: 1.25,
      settled: true,
    },
    {
      title: 'the trust region does not converge if the actual change exceeds the tolerance',
      loss: 1,
      residual: 0.5,
      next: 0.5,
      settled: false,
    },
    {
      title: 'the trust region does not converge if the predicted change exceeds the tolerance',
      loss: 1,
      residual: 1,
      next: 0.875,
      settled: false,
    },
    {
      title: 'the trust region converges if the actual change is twice the predicted change',
      loss: 8,
      residual: 1,
      next: 6,
      settled: true,
    },
    {
      title: 'the trust region does not converge if the actual change is four times the predicted change',
      loss: 16,
      residual: 1,
      next: 12,
      settled: false,
    },
  ])('$title', ({ loss, residual, next, settled }) => {
    const result = iterate(0, [{ residual, loss, losses: [next] }], { tolerance: 0.25 });
    expect(result.refining).toBe(settled ? 1 : 0);
    expect(result.parameter).toBe(next > loss ? 0 : -residual);
    expect(result.converged).toBe(false);
  });

  test.each([
    { start: 1, residual: 1, tolerance: 0.5 },
    { start: 4, residual: 2, tolerance: 0.25 },
  ])(
    'the trust region converges if the radius equals the tolerance $tolerance times p = $start',
    ({ start, residual, tolerance }) => {
      const result = iterate(start, [{ residual, loss: residual ** 2, losses: [residual ** 2] }], { tolerance });
      expect(result).toMatchObject({ refining: 1, radius: residual / 2, parameter: start });
    },
  );
});

describe('refinement', () => {
  const refining = stateWith({ refining: 1 });

  test.each([
    { title: 'refinement takes a step of exactly 1/1000 of p', start: 1000, residual: 1, next: 1, taken: true },
    { title: 'refinement takes no step longer than 1/1000 of p', start: 999, residual: 1, next: 1, taken: false },
    {
      title: 'refinement takes a step that raises the loss by 1e-9',
      start: 1000,
      residual: 1,
      next: 1 + 1e-9,
      taken: true,
    },
    {
      title: 'refinement takes no step that raises the loss by more than 1e-9',
      start: 1000,
      residual: 1,
      next: 1 + 1e-8,
      taken: false,
    },
  ])('$title', ({ start, residual, next, taken }) => {
    const losses = start === 999 ? [] : [next];
    const result = iterate(start, [{ residual, losses }], {}, refining);
    expect(result.parameter).toBe(taken ? start - residual : start);
    expect(result.converged).toBe(!taken);
  });

  test('refinement ends when three steps in a row are not shorter than the shortest step', () => {
    const steps = [2, 1, 1, 1.5].map((residual) => ({ residual, losses: [1] }));
    const running = iterate(5000, steps, {}, refining);
    expect(running).toMatchObject({ parameter: 4994.5, converged: false, shortest: 1, sinceShortest: 2 });
    const ended = iterate(5000, [...steps, { residual: 1, losses: [] }], {}, refining);
    expect(ended).toMatchObject({ parameter: 4994.5, converged: true });
    const shorter = iterate(5000, [...steps, { residual: 0.5, losses: [1] }], {}, refining);
    expect(shorter).toMatchObject({ parameter: 4994, converged: false, shortest: 0.5, sinceShortest: 0 });
  });

  test('refinement takes no step if the data do not determine all parameters', () => {
    const objective = leastSquares(
      2,
      (p, row) => p[0] + p[1] - [0.1, 0][row],
      () => [1, 1],
    );
    const optimizer = levenbergMarquardt();
    const state = stateWith({ refining: 1 });
    optimizer.restore({ ...state, vectors: { scale: Float64Array.of(1, 1) } });
    const parameters = Float64Array.of(500, -500);
    optimizer.iterate!(objective, parameters);
    expect([...parameters]).toEqual([500, -500]);
    expect(optimizer.converged).toBe(true);
    expect(optimizer.undetermined).toHaveLength(1);
  });
});

describe('levenbergMarquardt', () => {
  const code = (expected: string): unknown => expect.objectContaining({ code: expected });

  test('levenbergMarquardt uses full batches', () => {
    expect(levenbergMarquardt().fullBatch).toBe(true);
  });

  test('levenbergMarquardt throws for infinite options', () => {
    expect(() => levenbergMarquardt({ initialRadius: Infinity })).toThrow(code('OUT_OF_RANGE'));
    expect(() => levenbergMarquardt({ tolerance: Infinity })).toThrow(code('OUT_OF_RANGE'));
  });

  test('levenbergMarquardt allows 5,000 parameters', () => {
    // The bounds are checked after the number of parameters, so this error shows that 5,000 are allowed.
    const objective = leastSquares(
      1,
      () => 1,
      () => [],
    );
    expect(() => levenbergMarquardt({ lower: [0] }).iterate!(objective, new Float64Array(5000))).toThrow(
      code('WRONG_LENGTH'),
    );
  });

  test('an iteration whose loss is not finite leaves the state unchanged', () => {
    const optimizer = levenbergMarquardt();
    const before = optimizer.state();
    const objective = leastSquares(
      1,
      () => NaN,
      () => [1],
    );
    expect(optimizer.iterate!(objective, Float64Array.of(2))).toBeNaN();
    expect(optimizer.state()).toEqual(before);
  });

  test('the initial state has no vectors, and later iterations do not change a state that was returned', () => {
    const optimizer = levenbergMarquardt();
    expect(optimizer.state().vectors).toEqual({});
    const objective = leastSquares(
      2,
      (p, row) => Math.exp(p[0] * row) - 3,
      (p, row) => [row * Math.exp(p[0] * row)],
    );
    const parameters = Float64Array.of(0);
    optimizer.iterate!(objective, parameters);
    const state = optimizer.state();
    const copy = structuredClone(state);
    optimizer.iterate!(objective, parameters);
    expect(state).toEqual(copy);
    expect(optimizer.state().vectors).not.toEqual(copy.vectors);
  });

  test('levenbergMarquardt resumes from a state that was saved before the first iteration', () => {
    const initial = levenbergMarquardt().state();
    expect(iterate(0, [{ residual: 1, losses: [0] }], {}, initial)).toMatchObject({
      parameter: -1,
      radius: 2,
      refining: 0,
    });
  });

  test('levenbergMarquardt rejects the state of another optimizer, and a state in which a number is missing', () => {
    const { name, numbers, vectors } = levenbergMarquardt().state();
    const restore = (state: OptimizerState) => () => levenbergMarquardt().restore(state);
    expect(restore({ name: 'adam', numbers, vectors })).toThrow(code('WRONG_STATE'));
    for (const key of Object.keys(numbers)) {
      const rest = Object.fromEntries(Object.entries(numbers).filter(([other]) => other !== key));
      expect(restore({ name, numbers: rest, vectors })).toThrow(code('WRONG_STATE'));
    }
  });
});

/** Each model with its derivatives. */
const models: Readonly<Record<string, (p: Float64Array, x: number) => readonly [number, readonly number[]]>> = {
  bard(p, x) {
    const [v, w] = [16 - x, Math.min(x, 16 - x)];
    const denominator = v * p[1] + w * p[2];
    return [p[0] + x / denominator, [1, (-x * v) / denominator ** 2, (-x * w) / denominator ** 2]];
  },
  kowalik(p, x) {
    const [above, below] = [x * x + p[1] * x, x * x + p[2] * x + p[3]];
    const slope = (-p[0] * above) / below ** 2;
    return [(p[0] * above) / below, [above / below, (p[0] * x) / below, slope * x, slope]];
  },
  meyer(p, x) {
    const e = Math.exp(p[1] / (x + p[2]));
    return [p[0] * e, [e, (p[0] * e) / (x + p[2]), (-p[0] * e * p[1]) / (x + p[2]) ** 2]];
  },
  logistic(p, x) {
    const e = Math.exp(p[1] - p[2] * x);
    return [p[0] / (1 + e), [1 / (1 + e), (-p[0] * e) / (1 + e) ** 2, (p[0] * e * x) / (1 + e) ** 2]];
  },
};

describe.each(scipy.fits)('the fit of $model from $start', ({ model, start, parameters, sum, ...bounds }) => {
  test(`finds SciPy’s parameters and sum of squares (bounds: ${JSON.stringify(bounds)})`, () => {
    const [xs, ys] = scipy.data[model as keyof typeof scipy.data];
    const objective = leastSquares(
      xs.length,
      (p, row) => models[model](p, xs[row])[0] - ys[row],
      (p, row) => models[model](p, xs[row])[1],
    );
    const optimizer = levenbergMarquardt(bounds);
    const found = Float64Array.from(start);
    for (let k = 0; k < 300 && optimizer.converged !== true; k++) optimizer.iterate!(objective, found);
    expect(optimizer.converged).toBe(true);
    expect(optimizer.undetermined).toEqual([]);
    expect((objective.loss(found) * xs.length) / sum).toBeLessThanOrEqual(1 + 1e-10);
    parameters.forEach((expected, k) => expect(found[k] / expected).toBeCloseTo(1, 5));
  });
});

test('a gradient step that is clipped to the bounds does not change the result of a bounded fit', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = new Random(seed);
    const [n, m] = [3 + (seed % 4), 20];
    const rows = Array.from({ length: m }, () => Array.from({ length: n }, () => random.normal()));
    const right = Array.from({ length: m }, () => 3 * random.normal());
    const objective = leastSquares(
      m,
      (p, row) => rows[row].reduce((sum, value, k) => sum + value * Math.sinh(p[k]), right[row]),
      (p, row) => rows[row].map((value, k) => value * Math.cosh(p[k])),
    );
    const lower = Array.from({ length: n }, () => -0.3 * random.uniform());
    const upper = Array.from({ length: n }, () => 0.3 * random.uniform());
    const optimizer = levenbergMarquardt({ lower, upper });
    const parameters = new Float64Array(n);
    for (let k = 0; k < 100 && optimizer.converged !== true; k++) optimizer.iterate!(objective, parameters);
    expect(optimizer.converged, `seed ${seed}`).toBe(true);
    const gradient = new Float64Array(n);
    objective.gradient(parameters, gradient);
    parameters.forEach((value, k) => {
      const moved = Math.min(Math.max(value - gradient[k], lower[k]), upper[k]);
      expect(moved, `seed ${seed}, parameter ${k}`).toBeCloseTo(value, 9);
    });
  }
});
