import type { Objective } from '@nnbp/core';
import { lbfgs, sgd } from '@nnbp/optim';
import { describe, expect, test } from 'vitest';
import { rosenbrock } from './objectives.js';
import runs from './scipy/lbfgs.generated.json' with { type: 'json' };

/** Creates an objective that counts its evaluations. */
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

/** The functions of `scipy/lbfgs.py`. */
const functions: Readonly<Record<string, (n: number) => ReturnType<typeof objectiveOf>>> = {
  rosenbrock: chained,
  quadratic: () => {
    const scale = [1, 10, 100, 3];
    return objectiveOf(
      (p) => scale.reduce((sum, c, k) => sum + (c * (p[k] - 1) ** 2) / 2, 0),
      (p) => scale.map((c, k) => c * (p[k] - 1)),
    );
  },
  cosines: () =>
    objectiveOf(
      (p) => p.reduce((sum, x) => sum + 0.01 * x * x - Math.cos(x), 0),
      (p) => [...p].map((x) => Math.sin(x) + 0.02 * x),
    ),
  bent: () =>
    objectiveOf(
      ([t, u]) => (t < 1 ? -t : t < 2 ? 2 - 3 * t : 50 * t - 104) + (u * u) / 2,
      ([t, u]) => [t < 1 ? -1 : t < 2 ? -3 : 50, u],
    ),
  creases: () => {
    const lines = ([t, u]: Float64Array) => [3 * t + 3 * u - 1, -4 * t - 3 * u + 2];
    return objectiveOf(
      (p) => lines(p).reduce((sum, each) => sum + Math.abs(each), 0) + (p[0] ** 2 + p[1] ** 2) / 2,
      (p) => {
        const [a, b] = lines(p).map(Math.sign);
        return [3 * a - 4 * b + p[0], 3 * a - 3 * b + p[1]];
      },
    );
  },
};

describe('lbfgs', () => {
  // The points differ by at most 2e-12.
  test.each(runs as unknown as [string, number, number, number[][]][])(
    'lbfgs evaluates the same points as SciPy: %s with a memory of %d',
    (name, memory, count, points) => {
      const objective = functions[name](points[0].length);
      const evaluated: number[][] = [];
      const observed: Objective = {
        ...objective,
        gradient(p, gradients) {
          evaluated.push([...(p as Float64Array)]);
          return objective.gradient(p, gradients);
        },
      };
      minimize(observed, points[0], lbfgs({ memory, lossTolerance: 0 }));
      let difference = 0;
      points.forEach((point, k) =>
        point.forEach((x, j) => (difference = Math.max(difference, Math.abs(x - evaluated[k][j])))),
      );
      expect(difference).toBeLessThan(1e-10);
      // The runs of "bent" and "creases" end at a kink, where rounding errors determine how many line searches fail.
      if (name !== 'bent' && name !== 'creases') expect(evaluated).toHaveLength(count);
    },
  );

  test('lbfgs finds the minimum of Rosenbrock’s function in 2, 10 and 50 dimensions', () => {
    for (const n of [2, 10, 50]) {
      const start = Array.from({ length: n }, (_, k) => (k % 2 === 0 ? -1.2 : 1));
      const { parameters } = minimize(chained(n), start, lbfgs(), 500);
      for (const p of parameters) expect(p).toBeCloseTo(1, 5);
    }
  });

  test('lbfgs takes at most 1.2 times as many evaluations as SciPy', () => {
    // The evaluations of SciPy 1.10's L-BFGS-B with the same tolerances, by dimension.
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
    wrong.evaluations = 0;
    expect(minimize(wrong, [0])).toMatchObject({ parameters: [0], losses: [0] });
    // One evaluation at the start, and 20 in the line search.
    expect(wrong.evaluations).toBe(21);
  });

  test('lbfgs converges if the gradient or the decrease of the loss is equal to its tolerance', () => {
    const slope = objectiveOf(
      (p) => p[0] / 2,
      () => [0.5],
    );
    const atStart = minimize(slope, [3], lbfgs({ gradientTolerance: 0.5 }));
    expect(atStart).toMatchObject({ parameters: [3], losses: [1.5] });
    expect(slope.evaluations).toBe(1);
    // The first step decreases the loss from 1 to 0: the decrease is equal to the larger of the two losses.
    const square = objectiveOf(
      (p) => p[0] ** 2,
      (p) => [2 * p[0]],
    );
    const afterOne = minimize(square, [1], lbfgs({ lossTolerance: 1 }));
    expect(afterOne).toMatchObject({ parameters: [0], losses: [1] });
    expect(minimize(square, [1], lbfgs({ lossTolerance: 0.99 })).losses).toEqual([1, 0]);
  });

  test('lbfgs stores curvature for a very flat quadratic function but not for a linear function', () => {
    const flat = objectiveOf(
      (p) => 1e-12 * p[0] ** 2,
      (p) => [2e-12 * p[0]],
    );
    const linear = objectiveOf(
      (p) => -2 * p[0],
      () => [-2],
    );
    for (const [objective, pairs] of [
      [flat, 1],
      [linear, 0],
    ] as const) {
      const optimizer = lbfgs({ gradientTolerance: 0, lossTolerance: 0 });
      const parameters = Float64Array.of(5);
      optimizer.iterate!(objective, parameters);
      expect(optimizer.state().numbers.pairs).toBe(pairs);
      const loss = objective.loss(parameters);
      optimizer.iterate!(objective, parameters);
      expect(objective.loss(parameters)).toBeLessThan(loss);
    }
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
    // As in SciPy, the first step is −1 times the gradient.
    const evaluated: number[] = [];
    const gradient: Objective['gradient'] = (p, gradients) => {
      evaluated.push(p[0]);
      return shifted.gradient(p, gradients);
    };
    optimizer.iterate!({ ...shifted, gradient }, parameters);
    expect(evaluated[0]).toBeCloseTo(before - 4 * (before - 1) ** 3, 12);
    expect(minimize(shifted, [...parameters], optimizer).parameters[0]).toBeCloseTo(1, 1);
  });

  test('lbfgs evaluates the loss again if the parameters were changed between iterations', () => {
    const objective = chained(2);
    const optimizer = lbfgs();
    const parameters = Float64Array.of(-1.2, 1);
    optimizer.iterate!(objective, parameters);
    parameters.set([2, 2]);
    expect(optimizer.iterate!(objective, parameters)).toBe(401);
    const changedInPart = Float64Array.of(parameters[0], 7);
    expect(optimizer.iterate!(objective, changedInPart.slice())).toBe(objective.loss(changedInPart));

    // Here the last iteration did not move the parameters.
    const squares = objectiveOf(
      (p) => p.reduce((sum, x) => sum + x * x, 0),
      (p) => [...p].map((x) => 2 * x),
    );
    const atMinimum = lbfgs();
    const origin = Float64Array.of(0);
    expect(atMinimum.iterate!(squares, origin)).toBe(0);
    origin[0] = 3;
    expect(atMinimum.iterate!(squares, origin)).toBe(9);
    expect(origin[0]).toBeLessThan(3);
  });

  test('lbfgs evaluates the loss again if the number of parameters changes', () => {
    const squares = objectiveOf(
      (p) => p.reduce((sum, x) => sum + x * x, 0),
      (p) => [...p].map((x) => 2 * x),
    );
    const optimizer = lbfgs();
    expect(optimizer.iterate!(squares, Float64Array.of(0))).toBe(0);
    expect(optimizer.iterate!(squares, Float64Array.of(0, 5))).toBe(25);
  });

  test('lbfgs counts its iterations, and uses all samples in each of them', () => {
    const optimizer = lbfgs();
    expect(optimizer.fullBatch).toBe(true);
    const parameters = Float64Array.of(-1.2, 1);
    for (let k = 1; k <= 3; k++) {
      optimizer.iterate!(chained(2), parameters);
      expect(optimizer.state().numbers.steps).toBe(k);
    }
  });

  test('lbfgs does not change the parameters if the loss overflows at the start', () => {
    const objective = objectiveOf(
      () => Infinity,
      () => [1],
    );
    const parameters = Float64Array.of(1);
    const optimizer = lbfgs();
    expect(optimizer.iterate!(objective, parameters)).toBe(Infinity);
    expect([...parameters]).toEqual([1]);
    expect(objective.evaluations).toBe(1);
    expect(optimizer.state().numbers).toMatchObject({ steps: 0, converged: 0 });
  });

  test('lbfgs resumes bit-for-bit from a saved state', () => {
    const run = (interruptAt: number) => {
      const objective = chained(4);
      let optimizer = lbfgs({ memory: 3 });
      const parameters = Float64Array.of(-1.2, 1, -1.2, 1);
      for (let k = 0; k < 20; k++) {
        if (k === interruptAt) {
          const state = structuredClone(optimizer.state());
          optimizer = lbfgs({ memory: 3 });
          optimizer.restore(state);
        }
        optimizer.iterate!(objective, parameters);
      }
      return { parameters: [...parameters], evaluations: objective.evaluations };
    };
    expect(run(9)).toEqual(run(-1));
    expect(run(0)).toEqual(run(-1));
  });

  test('lbfgs restores whether it has converged', () => {
    const finished = minimize(chained(2), [1, 1]).optimizer;
    const unfinished = minimize(chained(2), [-1.2, 1], lbfgs(), 3).optimizer;
    for (const [optimizer, converged] of [
      [finished, true],
      [unfinished, false],
    ] as const) {
      const restored = lbfgs();
      restored.restore(optimizer.state());
      expect(restored.converged).toBe(converged);
    }
  });

  test('a change to a saved state of lbfgs does not change the optimizer, nor does the optimizer change the state', () => {
    const optimizer = lbfgs();
    const objective = chained(2);
    const parameters = Float64Array.of(-1.2, 1);
    const iterate = (count: number) => {
      for (let k = 0; k < count; k++) optimizer.iterate!(objective, parameters);
    };
    iterate(5);
    const state = optimizer.state();
    const copy = structuredClone(state);
    iterate(5);
    expect(state).toEqual(copy);
    const before = structuredClone(optimizer.state());
    for (const vector of Object.values(optimizer.state().vectors)) (vector as Float64Array).fill(NaN);
    expect(optimizer.state()).toEqual(before);
  });

  test('lbfgs throws for invalid options, for states of other optimizers and for step()', () => {
    const code = (expected: string): unknown => expect.objectContaining({ code: expected });
    expect(() => lbfgs({ memory: 0 })).toThrow(code('OUT_OF_RANGE'));
    for (const option of ['gradientTolerance', 'lossTolerance']) {
      for (const value of [-1, NaN, Infinity]) {
        expect(() => lbfgs({ [option]: value })).toThrow(code('OUT_OF_RANGE'));
      }
      expect(() => lbfgs({ [option]: 0 })).not.toThrow();
    }
    expect(() => lbfgs().restore(sgd({ learningRate: 1 }).state())).toThrow(code('WRONG_STATE'));
    const long = lbfgs({ memory: 5 });
    minimize(chained(4), [-1.2, 1, -1.2, 1], long, 8);
    expect(() => lbfgs({ memory: 2 }).restore(long.state())).toThrow(code('WRONG_STATE'));
    const { name, numbers, vectors } = long.state();
    expect(Object.keys(vectors).sort()).toEqual(
      ['s0', 's1', 's2', 's3', 's4', 'y0', 'y1', 'y2', 'y3', 'y4', 'gradient', 'at'].sort(),
    );
    for (const missing of Object.keys(vectors)) {
      const { [missing]: _, ...rest } = vectors;
      expect(() => lbfgs().restore({ name, numbers, vectors: rest })).toThrow(code('WRONG_STATE'));
    }
    for (const pairs of [-1, NaN, Infinity]) {
      expect(() => lbfgs().restore({ name, numbers: { ...numbers, pairs }, vectors })).toThrow(code('WRONG_STATE'));
    }
    expect(() => lbfgs().restore({ name: 'other', numbers, vectors })).toThrow(code('WRONG_STATE'));
    expect(() => lbfgs().step(new Float64Array(1), new Float64Array(1))).toThrow(code('UNSUPPORTED'));
  });
});
