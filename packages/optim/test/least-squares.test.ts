import { type Objective, Random } from '@nnbp/core';
import { levenbergMarquardt, sgd, TriangularFactor } from '@nnbp/optim';
import { describe, expect, test } from 'vitest';
import { exponential, leastSquares, rosenbrock } from './objectives.js';

function minimize(objective: Objective, start: readonly number[], optimizer = levenbergMarquardt(), limit = 200) {
  const parameters = Float64Array.from(start);
  let iterations = 0;
  while (optimizer.converged !== true && iterations < limit) {
    optimizer.iterate!(objective, parameters);
    iterations++;
  }
  return { parameters: [...parameters], iterations, optimizer };
}

const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe('TriangularFactor', () => {
  test('before and after pivoting, R satisfies RᵀR = JᵀJ for rows that are folded block by block', () => {
    const seed = 5;
    const random = new Random(seed);
    const [m, n] = [7, 3];
    const rows = Float64Array.from({ length: m * n }, () => random.normal());
    const right = Float64Array.from({ length: m }, () => random.normal());
    const factor = new TriangularFactor(n);
    for (let first = 0; first < m; first += 2) {
      const count = Math.min(2, m - first);
      factor.fold(rows.slice(first * n, (first + count) * n), right.slice(first, first + count), count);
    }
    const check = () => {
      for (let a = 0; a < n; a++) {
        for (let b = 0; b < n; b++) {
          let expected = 0;
          for (let i = 0; i < m; i++) expected += rows[i * n + factor.columns[a]] * rows[i * n + factor.columns[b]];
          let actual = 0;
          for (let i = 0; i < n; i++) actual += factor.R[i * n + a] * factor.R[i * n + b];
          expect(actual, `seed ${seed}`).toBeCloseTo(expected, 12);
        }
      }
    };
    check();
    factor.pivot();
    check();
    expect(Math.abs(factor.R[0])).toBeGreaterThanOrEqual(Math.abs(factor.R[4]));
    expect(factor.rank()).toBe(3);
  });

  test('a factor without rows has rank 0 and a step of 0', () => {
    const factor = new TriangularFactor(2);
    factor.pivot();
    expect(factor.rank()).toBe(0);
    const step = Float64Array.of(7, 7);
    factor.solve(0, Float64Array.of(1, 1), step);
    expect([...step]).toEqual([0, 0]);
  });

  test('condition returns an estimate of the condition number, and Infinity for a singular factor', () => {
    const conditions: number[] = [];
    for (let seed = 1; seed <= 60; seed++) {
      const random = new Random(seed);
      const n = 2 + (seed % 7);
      const power = 1 + (seed % 12);
      // Q·S·P for random reflections Q and P: the singular values are S, and the condition number is 10^power.
      const reflect = (rows: number[][]) => {
        const u = rows.map(() => random.normal());
        const square = u.reduce((sum, value) => sum + value * value, 0);
        return rows[0].map((_, k) => {
          const dot = rows.reduce((sum, row, i) => sum + u[i] * row[k], 0);
          return rows.map((row, i) => row[k] - (2 * dot * u[i]) / square);
        });
      };
      const diagonal = Array.from({ length: n }, (_, i) =>
        Array.from({ length: n }, (_, k) => (i === k ? 10 ** ((-power * i) / (n - 1)) : 0)),
      );
      const factor = new TriangularFactor(n);
      factor.fold(Float64Array.from(reflect(reflect(diagonal)).flat()), new Float64Array(n), n);
      const condition = factor.condition();
      // The Frobenius norm of R is at most √n times its largest singular value.
      expect(condition, `seed ${seed}`).toBeLessThan(1.01 * Math.sqrt(n) * 10 ** power);
      conditions.push(condition / 10 ** power);
    }
    expect(Math.min(...conditions)).toBeGreaterThan(0.05);
    const singular = new TriangularFactor(2);
    singular.fold(Float64Array.of(1, 2), Float64Array.of(1), 1);
    expect(singular.condition()).toBe(Infinity);
  });

  test('the damped factor of random rows satisfies RᵀR = JᵀJ + λ·D² and Rᵀz = Jᵀr', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = new Random(seed);
      const n = 1 + (seed % 9);
      const m = 1 + Math.floor(2 * n * random.uniform());
      const rows = Float64Array.from({ length: m * n }, () => random.normal());
      const right = Float64Array.from({ length: m }, () => random.normal());
      const scale = Float64Array.from({ length: n }, () => 0.1 + random.uniform());
      const lambda = 10 ** (4 * random.uniform() - 3);
      const factor = new TriangularFactor(n);
      factor.fold(rows.slice(), right.slice(), m);
      const { R, z } = factor.solve(lambda, scale, new Float64Array(n));
      for (let a = 0; a < n; a++) {
        let gradient = 0;
        for (let i = 0; i < m; i++) gradient += rows[i * n + a] * right[i];
        let actual = 0;
        for (let i = 0; i <= a; i++) actual += R[i * n + a] * z[i];
        expect(actual, `seed ${seed}`).toBeCloseTo(gradient, 10);
        for (let b = 0; b < n; b++) {
          let expected = a === b ? lambda * scale[a] ** 2 : 0;
          for (let i = 0; i < m; i++) expected += rows[i * n + a] * rows[i * n + b];
          let product = 0;
          for (let i = 0; i <= Math.min(a, b); i++) product += R[i * n + a] * R[i * n + b];
          expect(product, `seed ${seed}`).toBeCloseTo(expected, 10);
        }
      }
    }
  });

  test('the damped step minimizes ‖J·s + r‖² + λ‖D·s‖²', () => {
    const factor = new TriangularFactor(1);
    factor.fold(Float64Array.of(3, 4), Float64Array.of(5, 10), 2);
    const step = new Float64Array(1);
    factor.solve(2, Float64Array.of(5), step);
    // (JᵀJ + λ·D²)·s = −Jᵀr: (25 + 50)·s = −55
    expect(step[0]).toBeCloseTo(-55 / 75, 15);
  });
});

test('the factor satisfies RᵀR = JᵀJ and Rᵀz = Jᵀr for many rows that are folded in blocks', () => {
  const [n, rows] = [5, 300];
  const entry = (k: number) => Math.sin(1 + 7 * k) + Math.cos(k * k);
  const jacobian = Float64Array.from({ length: rows * n }, (_, k) => entry(k));
  const residuals = Float64Array.from({ length: rows }, (_, k) => entry(3 * k + 1));
  const factor = new TriangularFactor(n);
  for (const [first, end] of [
    [0, 7],
    [7, 207],
    [207, 300],
  ]) {
    factor.fold(jacobian.slice(first * n, end * n), residuals.slice(first, end), end - first);
  }
  const { R, z } = factor;
  const sumOver = (count: number, term: (i: number) => number) =>
    Array.from({ length: count }, (_, i) => term(i)).reduce((sum, value) => sum + value, 0);
  for (let a = 0; a < n; a++) {
    expect(sumOver(n, (i) => R[i * n + a] * z[i])).toBeCloseTo(
      sumOver(rows, (r) => jacobian[r * n + a] * residuals[r]),
      10,
    );
    for (let b = 0; b < n; b++) {
      const product = sumOver(rows, (r) => jacobian[r * n + a] * jacobian[r * n + b]);
      expect(sumOver(n, (i) => R[i * n + a] * R[i * n + b])).toBeCloseTo(product, 10);
    }
  }
});

describe('levenbergMarquardt', () => {
  test('levenbergMarquardt finds the minimum of Rosenbrock’s function to 14 digits', () => {
    const { parameters, iterations } = minimize(rosenbrock(), [-1.2, 1]);
    expect(parameters[0]).toBeCloseTo(1, 14);
    expect(parameters[1]).toBeCloseTo(1, 14);
    expect(iterations).toBeLessThan(40);
  });

  test('levenbergMarquardt fits an exponential to noisy data until the gradient is below 1e-14', () => {
    const xs = [0, 1, 2, 3, 4, 5];
    const ys = [2.1, 1.1, 0.8, 0.45, 0.2, 0.15];
    const { parameters, optimizer } = minimize(exponential(xs, ys), [10, 1]);
    const gradient = new Float64Array(2);
    exponential(xs, ys).gradient(Float64Array.from(parameters), gradient);
    expect(Math.abs(gradient[0])).toBeLessThan(1e-14);
    expect(Math.abs(gradient[1])).toBeLessThan(1e-14);
    expect(optimizer.converged).toBe(true);
    expect(optimizer.undetermined).toEqual([]);
  });

  test('levenbergMarquardt solves a linear problem in one step, and returns the loss before the step', () => {
    const objective = leastSquares(
      3,
      (p, row) => p[0] + row * p[1] - [1, 3, 5][row],
      (_, row) => [1, row],
    );
    const parameters = Float64Array.of(0.5, 0.5);
    const optimizer = levenbergMarquardt();
    expect(optimizer.iterate!(objective, parameters)).toBeCloseTo((0.25 + 4 + 12.25) / 3, 14);
    expect(parameters[0]).toBeCloseTo(1, 12);
    expect(parameters[1]).toBeCloseTo(2, 12);
  });

  test('levenbergMarquardt converges from parameters that are all 0', () => {
    const objective = leastSquares(
      2,
      (p, row) => p[0] - [2, 4][row],
      () => [1],
    );
    expect(minimize(objective, [0]).parameters[0]).toBeCloseTo(3, 14);
  });

  test('levenbergMarquardt reports the parameters that the data do not determine, and still lowers the loss', () => {
    // The residuals depend only on p_0 + p_1, and not on p_2.
    const objective = leastSquares(
      3,
      (p, row) => p[0] + p[1] - [1, 2, 3][row],
      () => [1, 1, 0],
    );
    const { parameters, optimizer } = minimize(objective, [5, 5, 5]);
    expect(parameters[0] + parameters[1]).toBeCloseTo(2, 12);
    expect(parameters[2]).toBe(5);
    expect(optimizer.undetermined).toHaveLength(2);
    expect(optimizer.undetermined).toContain(2);
  });

  test('levenbergMarquardt solves a problem with almost dependent columns and reports no undetermined parameters', () => {
    const objective = leastSquares(
      4,
      (p, row) => p[0] + p[1] * (1 + 1e-11 * row) - [1, 2, 4, 3][row],
      (_, row) => [1, 1 + 1e-11 * row],
    );
    const { parameters, optimizer } = minimize(objective, [1, 1]);
    // The solution is the line 1.3 + 0.8·row, whose slope is p_1·1e-11.
    expect(parameters[1] * 1e-11).toBeCloseTo(0.8, 3);
    expect(parameters[0] + parameters[1]).toBeCloseTo(1.3, 3);
    expect(optimizer.undetermined).toEqual([]);
  });

  test('levenbergMarquardt keeps parameters within their bounds, and lets them leave a bound again', () => {
    const xs = [0, 1, 2, 3];
    const ys = xs.map((x) => 3 * Math.exp(-0.5 * x));
    const tightBounds = levenbergMarquardt({ lower: [0, -0.3], upper: [10, 0] });
    const { parameters } = minimize(exponential(xs, ys), [1, -0.3], tightBounds);
    expect(parameters[1]).toBe(-0.3);
    // The normal equation gives the best p_0 for p_1 = −0.3.
    const e = xs.map((x) => Math.exp(-0.3 * x));
    const best = e.reduce((sum, v, k) => sum + v * ys[k], 0) / e.reduce((sum, v) => sum + v * v, 0);
    expect(parameters[0]).toBeCloseTo(best, 10);
    const looseBounds = levenbergMarquardt({ lower: [0, -2], upper: [10, -0.1] });
    const { parameters: solution } = minimize(exponential(xs, ys), [1, -0.1], looseBounds);
    expect(solution[0]).toBeCloseTo(3, 10);
    expect(solution[1]).toBeCloseTo(-0.5, 10);
    const upperBounds = levenbergMarquardt({ upper: [2, 0] });
    expect(minimize(exponential(xs, ys), [1, -0.1], upperBounds).parameters[0]).toBe(2);
  });

  test('levenbergMarquardt keeps the parameters finite if large steps would overflow', () => {
    const { parameters } = minimize(exponential([100, 200], [Math.exp(1), Math.exp(2)]), [1, -1]);
    expect(parameters.every(Number.isFinite)).toBe(true);
  });

  test('levenbergMarquardt returns NaN if a derivative is not finite at the start, and rejects more than 5,000 parameters', () => {
    const root = leastSquares(
      2,
      (p) => Math.sqrt(p[0]) - 1,
      (p) => [0.5 / Math.sqrt(p[0])],
    );
    const parameters = Float64Array.of(0);
    expect(levenbergMarquardt().iterate!(root, parameters)).toBeNaN();
    expect([...parameters]).toEqual([0]);
    expect(() => levenbergMarquardt().iterate!(root, new Float64Array(5001))).toThrow(code('TOO_LARGE'));
  });

  test('levenbergMarquardt does not change the parameters if the loss overflows at the start', () => {
    const objective = exponential([1e6], [1]);
    const parameters = Float64Array.of(1, 1);
    expect(levenbergMarquardt().iterate!(objective, parameters)).toBe(Infinity);
    expect([...parameters]).toEqual([1, 1]);
  });

  test('levenbergMarquardt stays at a stationary point where the loss is not 0', () => {
    const objective = leastSquares(
      3,
      (p, row) => p[0] - [1, 2, 3][row],
      () => [1],
    );
    const { parameters, optimizer } = minimize(objective, [2]);
    expect(parameters).toEqual([2]);
    expect(optimizer.converged).toBe(true);
  });

  test('levenbergMarquardt converges immediately if the loss is 0', () => {
    const objective = exponential([0], [1]);
    const { iterations, parameters } = minimize(objective, [1, 0]);
    expect(iterations).toBe(1);
    expect(parameters).toEqual([1, 0]);
  });

  test('levenbergMarquardt resumes bit-for-bit from a saved state', () => {
    const run = (interruptAt: number) => {
      let optimizer = levenbergMarquardt();
      const objective = rosenbrock();
      const parameters = Float64Array.of(-1.2, 1);
      for (let k = 0; k < 12; k++) {
        if (k === interruptAt) {
          const state = structuredClone(optimizer.state());
          optimizer = levenbergMarquardt();
          optimizer.restore(state);
        }
        optimizer.iterate!(objective, parameters);
      }
      return [...parameters];
    };
    expect(run(5)).toEqual(run(-1));
    expect(run(0)).toEqual(run(-1));
  });

  test('levenbergMarquardt throws for invalid options, bounds, losses and states, and its step() always throws', () => {
    expect(() => levenbergMarquardt({ initialRadius: 0 })).toThrow(code('OUT_OF_RANGE'));
    expect(() => levenbergMarquardt({ tolerance: NaN })).toThrow(code('OUT_OF_RANGE'));
    const crossed = () => levenbergMarquardt({ lower: [0, 2], upper: [1, 1] });
    expect(crossed).toThrow('levenbergMarquardt: bounds of parameter 1: expected lower ≤ upper, received 2 and 1.');
    expect(crossed).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ received: [2, 1] }) as object }),
    );
    expect(() => levenbergMarquardt({ upper: [NaN] })).toThrow(code('OUT_OF_RANGE'));
    expect(() => levenbergMarquardt({ lower: [1], upper: [1] })).not.toThrow();
    const named = { rate: 0 } as unknown as number[];
    for (const bound of ['lower', 'upper']) {
      const message = `levenbergMarquardt: ${bound}: expected an array, received object.`;
      expect(() => levenbergMarquardt({ [bound]: named })).toThrow(message);
    }
    const parameters = Float64Array.of(1, 1);
    expect(() => levenbergMarquardt({ lower: [0] }).iterate!(rosenbrock(), parameters)).toThrow(code('WRONG_LENGTH'));
    expect(() => levenbergMarquardt().iterate!({ ...rosenbrock(), residualCount: 0 }, parameters)).toThrow(
      code('UNSUPPORTED'),
    );
    expect(() => levenbergMarquardt().restore(sgd({ learningRate: 1 }).state())).toThrow(code('WRONG_STATE'));
    expect(() => levenbergMarquardt().step(parameters, parameters)).toThrow(code('UNSUPPORTED'));
  });
});
