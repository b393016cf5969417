import type { Objective } from '@nnbp/core';
import { lbfgs, sgd } from '@nnbp/optim';
import { describe, expect, test } from 'vitest';
import { rosenbrock } from './objectives.js';

/** Creates an objective from a loss and its gradient, and counts the evaluations. */
function objectiveOf(loss: (p: Float64Array) => number, gradient: (p: Float64Array) => readonly number[]) {
  const objective: Objective & { evaluations: number } = {
    residualCount: 0,
    evaluations: 0,
    loss: (p) => loss(p as Float64Array),
    gradient(p, gradients) {
      objective.evaluations++;
      gradients.set(gradient(p as Float64Array));
      return loss(p as Float64Array);
    },
    jacobian: () => NaN,
  };
  return objective;
}

function minimize(objective: Objective, start: readonly number[], optimizer = lbfgs(), limit = 200) {
  const parameters = Float64Array.from(start);
  const losses: number[] = [];
  while (optimizer.converged !== true && losses.length < limit) losses.push(optimizer.iterate!(objective, parameters));
  return { parameters: [...parameters], losses, optimizer };
}

/** The chained Rosenbrock function in n dimensions. */
const chained = (n: number) =>
  objectiveOf(
    (p) => {
      let sum = 0;
      for (let k = 0; k + 1 < n; k++) sum += 100 * (p[k + 1] - p[k] ** 2) ** 2 + (1 - p[k]) ** 2;
      return sum;
    },
    (p) => {
      const g = new Array<number>(n).fill(0);
      for (let k = 0; k + 1 < n; k++) {
        g[k] += -400 * p[k] * (p[k + 1] - p[k] ** 2) - 2 * (1 - p[k]);
        g[k + 1] += 200 * (p[k + 1] - p[k] ** 2);
      }
      return g;
    },
  );

describe('lbfgs', () => {
  test('lbfgs finds the minimum of Rosenbrock’s function in 2, 10 and 50 dimensions', () => {
    for (const n of [2, 10, 50]) {
      const start = Array.from({ length: n }, (_, k) => (k % 2 === 0 ? -1.2 : 1));
      const { parameters } = minimize(chained(n), start, lbfgs(), 500);
      for (const p of parameters) expect(p).toBeCloseTo(1, 5);
    }
  });

  // scipy 1.10's L-BFGS-B with the same tolerances takes 44, 88 and 307 evaluations.
  test('lbfgs takes at most 1.2 times as many evaluations as SciPy', () => {
    const scipy = { 2: 44, 10: 88, 50: 307 };
    for (const [n, evaluations] of Object.entries(scipy)) {
      const objective = chained(Number(n));
      const start = Array.from({ length: Number(n) }, (_, k) => (k % 2 === 0 ? -1.2 : 1));
      minimize(objective, start, lbfgs({ gradientTolerance: 1e-5, lossTolerance: 2.2e-9 }), 500);
      expect(objective.evaluations).toBeLessThanOrEqual(1.2 * evaluations);
    }
  });

  test('no iteration of lbfgs increases the loss', () => {
    const { losses } = minimize(rosenbrock(), [-1.2, 1]);
    for (let k = 1; k < losses.length; k++) expect(losses[k]).toBeLessThanOrEqual(losses[k - 1]);
  });

  test('lbfgs finds a minimum of functions that are steep, flat, piecewise, infinite on one side or not convex', () => {
    const steep = objectiveOf(
      (p) => 1e8 * (p[0] - 3) ** 2,
      (p) => [2e8 * (p[0] - 3)],
    );
    expect(minimize(steep, [100]).parameters[0]).toBeCloseTo(3, 9);
    const flat = objectiveOf(
      (p) => 1e-3 * (p[0] - 300) ** 2,
      (p) => [2e-3 * (p[0] - 300)],
    );
    expect(minimize(flat, [0]).parameters[0]).toBeCloseTo(300, 4);
    const kink = objectiveOf(
      (p) => Math.abs(p[0] - 1) + 0.1 * p[0] ** 2,
      (p) => [Math.sign(p[0] - 1) + 0.2 * p[0]],
    );
    for (const start of [7, 1.3]) expect(minimize(kink, [start]).parameters[0]).toBeCloseTo(1, 3);
    // The slope is nowhere close to 0, so the first line search gives up, but it has lowered the loss.
    const crease = objectiveOf(
      (p) => (p[0] > 1 ? p[0] - 1 : 50 * (1 - p[0])),
      (p) => [p[0] > 1 ? 1 : -50],
    );
    expect(minimize(crease, [1.2]).parameters[0]).toBeCloseTo(1, 3);
    const wall = objectiveOf(
      (p) => (p[0] > 0 ? p[0] - Math.log(p[0]) : Infinity),
      (p) => [1 - 1 / p[0]],
    );
    expect(minimize(wall, [30]).parameters[0]).toBeCloseTo(1, 6);
    const quartic = objectiveOf(
      (p) => (p[0] ** 2 - 1) ** 2 + 0.3 * Math.sin(9 * p[0]),
      (p) => [4 * p[0] * (p[0] ** 2 - 1) + 2.7 * Math.cos(9 * p[0])],
    );
    for (const start of [-3, -0.4, 0.1, 0.6, 2, 5]) {
      const minimum = minimize(quartic, [start]).parameters[0];
      expect(Math.abs(4 * minimum * (minimum ** 2 - 1) + 2.7 * Math.cos(9 * minimum))).toBeLessThan(1e-3);
    }
  });

  test('lbfgs reports convergence at a stationary point, and when no step lowers the loss', () => {
    const valley = objectiveOf(
      (p) => p[0] ** 2,
      (p) => [2 * p[0]],
    );
    expect(minimize(valley, [0]).losses).toEqual([0]);
    // The gradient is wrong, so every step increases the loss.
    const wrong = objectiveOf(
      (p) => p[0],
      () => [-1],
    );
    const { parameters, optimizer } = minimize(wrong, [2]);
    expect(parameters).toEqual([2]);
    expect(optimizer.converged).toBe(true);
  });

  test('lbfgs discards its stored curvature when a line search fails', () => {
    let offset = 0;
    const shifted = objectiveOf(
      (p) => (p[0] - 1) ** 4 + offset,
      (p) => [4 * (p[0] - 1) ** 3],
    );
    const optimizer = lbfgs();
    const parameters = Float64Array.of(3);
    for (let k = 0; k < 3; k++) optimizer.iterate!(shifted, parameters);
    expect(optimizer.state().numbers.pairs).toBe(3);
    const before = parameters[0];
    // Every step increases the loss.
    offset = 100;
    optimizer.iterate!(shifted, parameters);
    expect(optimizer.state().numbers.pairs).toBe(0);
    expect(parameters[0]).toBe(before);
    offset = 0;
    expect(minimize(shifted, [...parameters], optimizer).parameters[0]).toBeCloseTo(1, 1);
  });

  test('lbfgs evaluates the loss again if the parameters were changed between iterations', () => {
    const objective = chained(2);
    const optimizer = lbfgs();
    const parameters = Float64Array.of(-1.2, 1);
    optimizer.iterate!(objective, parameters);
    parameters.set([2, 2]);
    expect(optimizer.iterate!(objective, parameters)).toBe(401);
  });

  test('lbfgs does not change the parameters if the loss overflows at the start', () => {
    const objective = objectiveOf(
      () => Infinity,
      () => [NaN],
    );
    const parameters = Float64Array.of(1);
    expect(lbfgs().iterate!(objective, parameters)).toBe(Infinity);
    expect([...parameters]).toEqual([1]);
  });

  test('lbfgs resumes bit-for-bit from a saved state', () => {
    const run = (interruptAt: number) => {
      let optimizer = lbfgs({ memory: 3 });
      const parameters = Float64Array.of(-1.2, 1, -1.2, 1);
      for (let k = 0; k < 20; k++) {
        if (k === interruptAt) {
          const state = structuredClone(optimizer.state());
          optimizer = lbfgs({ memory: 3 });
          optimizer.restore(state);
        }
        optimizer.iterate!(chained(4), parameters);
      }
      return [...parameters];
    };
    expect(run(9)).toEqual(run(-1));
    expect(run(0)).toEqual(run(-1));
  });

  test('lbfgs throws for invalid options, for states of other optimizers and for step()', () => {
    const code = (expected: string): unknown => expect.objectContaining({ code: expected });
    expect(() => lbfgs({ memory: 0 })).toThrow(code('OUT_OF_RANGE'));
    expect(() => lbfgs({ gradientTolerance: -1 })).toThrow(code('OUT_OF_RANGE'));
    expect(() => lbfgs().restore(sgd({ learningRate: 1 }).state())).toThrow(code('WRONG_STATE'));
    const long = lbfgs({ memory: 5 });
    minimize(chained(4), [-1.2, 1, -1.2, 1], long, 8);
    expect(() => lbfgs({ memory: 2 }).restore(long.state())).toThrow(code('WRONG_STATE'));
    expect(() => lbfgs().step(new Float64Array(1), new Float64Array(1))).toThrow(code('UNSUPPORTED'));
  });
});
