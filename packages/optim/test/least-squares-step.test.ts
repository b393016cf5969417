/** Compares trust-region steps with those that `scipy/make.py` computes by a root finder and by Newton's method. */
import { Random } from '@nnbp/core';
import { TriangularFactor } from '@nnbp/optim';
import { describe, expect, test, vi } from 'vitest';
import { trustRegionStep } from '../src/least-squares/trust-region.js';
import scipy from './scipy/least-squares.generated.json' with { type: 'json' };

function factorOf(n: number, rows: readonly number[], right: readonly number[]): TriangularFactor {
  const factor = new TriangularFactor(n);
  factor.fold(Float64Array.from(rows), Float64Array.from(right), right.length);
  return factor;
}

/** Returns the step for a single parameter, with J = `slope` and r = `residual`. */
const single = (slope: number, residual: number, radius: number, guess = 0, isDetermined = true) =>
  trustRegionStep(factorOf(1, [slope], [residual]), Float64Array.of(1), radius, guess, isDetermined);

describe.each(scipy.steps)('the step for $title', (problem) => {
  const solve = (isPivoted: boolean) => {
    const factor = factorOf(problem.parameters, problem.rows, problem.right);
    if (isPivoted) factor.pivot();
    const scale = Float64Array.from(factor.columns, (k) => problem.scale[k]);
    const result = trustRegionStep(factor, scale, problem.radius, problem.guess, problem.determined);
    const step = new Float64Array(problem.parameters);
    factor.columns.forEach((k, i) => (step[k] = result.step[i]));
    return { ...result, step };
  };

  test.each([false, true])(
    'λ lies between the exact values for 1.1 and 0.9 times the radius (pivoted: %s)',
    (isPivoted) => {
      const { lambda } = solve(isPivoted);
      expect(lambda).toBeGreaterThanOrEqual(problem.between[0]);
      expect(lambda).toBeLessThanOrEqual(problem.between[1]);
    },
  );

  test.each([false, true])('λ and the step agree with Newton’s method in Python (pivoted: %s)', (isPivoted) => {
    const { lambda, length, step } = solve(isPivoted);
    expect(Math.abs(lambda - problem.lambda)).toBeLessThanOrEqual(1e-9 * problem.lambda);
    expect(Math.abs(length - problem.length)).toBeLessThanOrEqual(1e-9 * problem.length);
    const size = Math.hypot(...problem.step);
    problem.step.forEach((expected, k) => expect(Math.abs(step[k] - expected)).toBeLessThanOrEqual(1e-9 * size));
  });
});

describe('trustRegionStep', () => {
  test('a step that is exactly 10 % longer than the radius needs no damping', () => {
    expect(single(1, -1.1, 1)).toEqual({ step: Float64Array.of(1.1), lambda: 0, length: 1.1 });
  });

  test('a damped step that is exactly 10 % shorter than the radius is accepted', () => {
    // (3² + 16)·s = 3·75
    expect(single(3, -75, 10, 16)).toEqual({ step: Float64Array.of(9), lambda: 16, length: 9 });
  });

  test('a guess is used only if it is below the upper bound ‖D⁻¹Jᵀr‖ / radius', () => {
    // The gradient is (3, 4), and the bound is 10.
    const lambdaFrom = (guess: number) =>
      trustRegionStep(factorOf(2, [1, 0, 0, 2], [3, 2]), Float64Array.of(1, 1), 0.5, guess, true).lambda;
    expect(lambdaFrom(10)).toBe(lambdaFrom(0));
    expect(Math.abs(lambdaFrom(9.999) / lambdaFrom(0) - 1)).toBeGreaterThan(1e-6);
  });

  test('λ stays above 0 if Newton’s method arrives at 0 exactly', () => {
    // The length is 5 / (1 + λ): 4 for the guess, and equal to the radius for λ = 0.
    const { lambda, length } = single(1, -5, 5, 0.25, false);
    expect(lambda).toBeGreaterThan(0);
    expect(Math.abs(length - 5)).toBeLessThanOrEqual(0.5);
  });

  test('the step is 0 if the gradient is 0', () => {
    expect(single(0, 3, 1, 0, false)).toEqual({ step: Float64Array.of(0), lambda: 0, length: 0 });
  });

  test('if the shortest solution of a rank-deficient problem lies within the radius, λ becomes negligible', () => {
    const factor = factorOf(2, [3, 4], [-25]);
    const { step, lambda, length } = trustRegionStep(factor, Float64Array.of(1, 1), 20, 0, false);
    expect([...step]).toEqual([expect.closeTo(3, 12), expect.closeTo(4, 12)]);
    expect(length).toBeCloseTo(5, 12);
    // λ starts at 1/1000 of its upper bound, 125 / 20, and each iteration divides it by √1000, until it is at
    // most (1e-14 · 5)².
    expect(lambda / (6.25e-3 * 1000 ** -8.5)).toBeCloseTo(1, 9);
    // A guess that is negligible is kept, so that one call of `solve` is enough.
    const solve = vi.spyOn(factor, 'solve');
    expect(trustRegionStep(factor, Float64Array.of(1, 1), 20, lambda / 2, false).lambda).toBe(lambda / 2);
    expect(solve).toHaveBeenCalledTimes(1);
  });

  test('no λ is negligible for a determined problem', () => {
    const factor = factorOf(2, [1, 0, 0, 1e-16], [-1, -1]);
    const { lambda, length } = trustRegionStep(factor, Float64Array.of(1, 1), 1e14, 0, true);
    expect(lambda).toBeLessThan(1e-28);
    expect(Math.abs(length / 1e14 - 1)).toBeLessThanOrEqual(0.1);
  });

  test('the units of the parameters do not change which λ is negligible', () => {
    // The same problem with three units of parameter 1. D · step does not depend on the unit.
    const lambdas = [1, 1e-9, 1e9].map((unit) => {
      const factor = factorOf(2, [3, 4 * unit], [-25]);
      return trustRegionStep(factor, Float64Array.of(1, unit), 20, 0, false).lambda;
    });
    for (const lambda of lambdas) expect(lambda / lambdas[0]).toBeCloseTo(1, 9);
  });

  test('if λ underflows, the last damped step is the result', () => {
    // Column 0 is excluded: the step minimizes (3·s − 3)² + (4·s + 8)². An undamped solve ignores row 0, since
    // R[0, 0] is 0. The entries are multiplied by 1e-150, so that the largest negligible λ underflows, too.
    const factor = new TriangularFactor(2);
    factor.R.set([0, 3e-150, 0, 4e-150]);
    factor.z.set([-3, 8]);
    const { step, lambda } = trustRegionStep(factor, Float64Array.of(1, 1), 1e151, 1e-303, false);
    expect(lambda).toBe(0);
    expect([step[0], step[1] / 1e150]).toEqual([0, expect.closeTo(-23 / 25, 3)]);
  });

  test.each([1, 10, 1000])('within a radius of %d, a parameter that is excluded at a bound does not move', (radius) => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new Random(seed);
      const n = 4;
      const normals = (count: number) => Array.from({ length: count }, () => random.normal());
      const factor = factorOf(n, normals(8 * n), normals(8));
      // `Linearization` excludes a parameter by setting its column to 0.
      for (const i of [0, 1]) factor.R[i * n + 1] = 0;
      const { step, length } = trustRegionStep(factor, new Float64Array(n).fill(1), radius, 0, false);
      expect(step[1], `seed ${seed}`).toBe(0);
      // The other parameters minimize the linearized problem if the radius allows it.
      if (length > 0.9 * radius) continue;
      const { R, z } = factor;
      const rest = z.map((value, i) =>
        step.reduce((sum, change, k) => sum + (k < i ? 0 : R[i * n + k] * change), value),
      );
      for (let k = 0; k < n; k++) {
        let gradient = 0;
        for (let i = 0; i <= k; i++) gradient += R[i * n + k] * rest[i];
        expect(gradient, `seed ${seed}`).toBeCloseTo(0, 10);
      }
    }
  });
});
