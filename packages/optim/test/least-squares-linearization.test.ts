/** Checks how the residuals are linearized: scales, undetermined parameters, and bounds. */
import type { Objective } from '@nnbp/core';
import { describe, expect, test } from 'vitest';
import { Linearization } from '../src/least-squares/linearization.js';

const near = (value: number): unknown => expect.closeTo(value, 14);
const unbounded = { lower: undefined, upper: undefined };

function fixed(jacobian: readonly (readonly number[])[], residuals = jacobian.map(() => 1)): Objective {
  return {
    residualCount: jacobian.length,
    loss: () => 1,
    gradient: () => 1,
    jacobian(_, visit) {
      visit(Float64Array.from(residuals), Float64Array.from(jacobian.flat()), jacobian.length);
      return 1;
    },
  };
}

function linearize(
  objective: Objective,
  n: number,
  bounds: ConstructorParameters<typeof Linearization>[0] = unbounded,
  parameters = new Float64Array(n),
): Linearization {
  const linearized = new Linearization(bounds);
  linearized.update(objective, parameters);
  return linearized;
}

const diagonal = (...entries: readonly number[]) =>
  entries.map((entry, i) => entries.map((_, k) => (i === k ? entry : 0)));

/**
 * Kahan's matrix: the condition number grows exponentially with n, although no diagonal entry is small. Each column is
 * a little shorter than the one before, so that pivoting keeps the order.
 */
function kahan(n: number): number[][] {
  const [c, s] = [Math.cos(1.2), Math.sin(1.2)];
  const entry = (i: number, k: number) => (k < i ? 0 : k === i ? 1 : -c) * s ** i * (1 - 1e-6 * k);
  return Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, k) => entry(i, k)));
}

describe('Linearization', () => {
  test('scale is the largest norm so far of each column of the Jacobian', () => {
    const linearized = new Linearization(unbounded);
    const parameters = new Float64Array(2);
    linearized.update(
      fixed([
        [3, 1],
        [4, 0],
        [0, 0],
      ]),
      parameters,
    );
    expect([...linearized.scale]).toEqual([near(5), near(1)]);
    linearized.update(
      fixed([
        [1, 2],
        [0, 6],
        [0, 3],
      ]),
      parameters,
    );
    expect([...linearized.scale]).toEqual([near(5), near(7)]);
  });

  test('scalesInOrder returns the scales in the order of the pivoted columns, and 1 for a column of zeros', () => {
    const linearized = linearize(fixed(diagonal(2, 0, 3)), 3);
    expect([...linearized.scalesInOrder()]).toEqual([2, 1, 3]);
    linearized.pivot();
    expect([...linearized.scalesInOrder()]).toEqual([3, 2, 1]);
  });

  test('up to a condition number of 1e10, all parameters are determined, and the columns keep their order', () => {
    const linearized = linearize(fixed(diagonal(1e-9, 1)), 2);
    expect(linearized.isDetermined()).toBe(true);
    expect(linearized.undetermined()).toEqual([]);
    expect([...linearized.factor.columns]).toEqual([0, 1]);
  });

  test('between condition numbers of 1e10 and 1e16, the pivoted diagonal decides whether all parameters are determined', () => {
    const full = linearize(fixed(diagonal(1e-12, 1)), 2);
    expect(full.isDetermined()).toBe(true);
    expect([...full.factor.columns]).toEqual([1, 0]);
    expect(full.undetermined()).toEqual([]);
    const deficient = linearize(fixed(diagonal(1e-14, 1)), 2);
    expect(deficient.isDetermined()).toBe(false);
    expect(deficient.undetermined()).toEqual([0]);
  });

  test('if the condition number is at least 1e16, not all parameters are determined, whatever the pivoted diagonal is', () => {
    const linearized = linearize(fixed(kahan(130)), 130);
    expect(linearized.isDetermined()).toBe(false);
    expect([...linearized.factor.columns]).toEqual(Array.from({ length: 130 }, (_, k) => k));
    linearized.pivot();
    expect(linearized.factor.rank()).toBe(130);
  });

  test('two residuals determine at most two of three parameters', () => {
    const linearized = linearize(
      fixed([
        [1, 2, 3],
        [4, 5, 7],
      ]),
      3,
    );
    expect(linearized.isDetermined()).toBe(false);
    expect(linearized.undetermined()).toHaveLength(1);
  });

  test('two residuals can determine two parameters', () => {
    const linearized = linearize(
      fixed([
        [1, 2],
        [3, 4],
      ]),
      2,
    );
    expect(linearized.isDetermined()).toBe(true);
    expect(linearized.undetermined()).toEqual([]);
  });

  test('undetermined parameters are found again after each update, and reported in ascending order', () => {
    const linearized = linearize(fixed([[1, 0, 0, 2]]), 4);
    expect(linearized.undetermined()).toEqual([0, 1, 2]);
    expect([...linearized.factor.columns]).toEqual([3, 1, 2, 0]);
    linearized.update(fixed([[0, 5, 0, 0]]), new Float64Array(4));
    expect(linearized.undetermined()).toEqual([0, 2, 3]);
  });

  test('linearChange returns ‖J·step‖, before and after pivoting', () => {
    const rows = [
      [1, 2, -3],
      [4, 5, 7],
      [2, 0, 1],
      [1, 1, 9],
    ];
    const step = [0.5, -2, 1];
    const expected = Math.hypot(...rows.map((row) => row.reduce((sum, value, k) => sum + value * step[k], 0)));
    const linearized = linearize(fixed(rows), 3);
    expect(linearized.linearChange(Float64Array.from(step))).toBeCloseTo(expected, 12);
    linearized.pivot();
    expect([...linearized.factor.columns]).not.toEqual([0, 1, 2]);
    const pivoted = Float64Array.from(linearized.factor.columns, (k) => step[k]);
    expect(linearized.linearChange(pivoted)).toBeCloseTo(expected, 12);
  });
});

describe('bounds', () => {
  const objective = fixed(diagonal(1, 1));

  test('without bounds, applyStep adds the step to the parameters and leaves the step unchanged', () => {
    const step = Float64Array.of(1e-20, 2);
    const linearized = linearize(objective, 2);
    expect([...linearized.applyStep(Float64Array.of(1, 1), step)]).toEqual([1, 3]);
    expect([...step]).toEqual([1e-20, 2]);
  });

  test.each([
    { bounds: { lower: [0, 0], upper: undefined }, next: [0, 6], change: [-1, 5] },
    { bounds: { lower: undefined, upper: [2, 2] }, next: [-4, 2], change: [-5, 1] },
    { bounds: { lower: [0, 0], upper: [2, 2] }, next: [0, 2], change: [-1, 1] },
  ])('applyStep clamps to $bounds and shortens the step accordingly', ({ bounds, next, change }) => {
    const step = Float64Array.of(-5, 5);
    const linearized = linearize(objective, 2, bounds);
    expect([...linearized.applyStep(Float64Array.of(1, 1), step)]).toEqual(next);
    expect([...step]).toEqual(change);
  });

  test('applyStep applies a step in pivoted order', () => {
    const linearized = linearize(fixed(diagonal(1, 2)), 2, { lower: undefined, upper: [9, 3] });
    linearized.pivot();
    const step = Float64Array.of(7, 5);
    expect([...linearized.applyStep(Float64Array.of(1, 1), step)]).toEqual([6, 3]);
    expect([...step]).toEqual([2, 5]);
  });

  // The gradient of parameter k is the residual k, and the step goes against the gradient.
  test.each([
    { at: 'lower', residual: 1, excluded: true },
    { at: 'lower', residual: -1, excluded: false },
    { at: 'lower', residual: 0, excluded: false },
    { at: 'upper', residual: -1, excluded: true },
    { at: 'upper', residual: 1, excluded: false },
    { at: 'upper', residual: 0, excluded: false },
    { at: 'neither', residual: 1, excluded: false },
    { at: 'neither', residual: -1, excluded: false },
  ])('a parameter at $at bound with gradient $residual is excluded: $excluded', ({ at, residual, excluded }) => {
    const bounds = { lower: [-9, at === 'lower' ? 0 : -1, -9], upper: [9, at === 'upper' ? 0 : 1, 9] };
    const jacobian = [
      [1, 0, 0],
      [0, 2, 5],
      [0, 0, 3],
      [4, 0, 0],
    ];
    const linearized = linearize(fixed(jacobian, [3, residual, 0, 1]), 3, bounds);
    const { R } = linearized.factor;
    expect([R[1], R[4], R[7]].every((value) => value === 0)).toBe(excluded);
    expect([R[0], R[5], R[8]].map(Math.abs)).toEqual([near(Math.sqrt(17)), near(5), near(3)]);
    // The column of an excluded parameter is 0, but the parameter is not reported as undetermined.
    expect(linearized.isDetermined()).toBe(!excluded);
    expect(linearized.undetermined()).toEqual([]);
    expect([...linearized.scale]).toEqual([near(Math.sqrt(17)), near(2), near(Math.sqrt(34))]);
  });

  test('the gradient at a bound takes all rows of the column into account', () => {
    // The gradient of parameter 1 is 1·5 + 2·(−1) + 3·(−2) = −3.
    const jacobian = [
      [1, 1],
      [0, 2],
      [0, 3],
    ];
    const atLower = linearize(fixed(jacobian, [5, -1, -2]), 2, { lower: [-1, 0], upper: undefined });
    expect(atLower.undetermined()).toEqual([]);
    expect(atLower.isDetermined()).toBe(true);
    const atUpper = linearize(
      fixed(jacobian, [5, -1, -2]),
      2,
      { lower: undefined, upper: [7, 7] },
      Float64Array.of(1, 7),
    );
    expect([atUpper.factor.R[1], atUpper.factor.R[3]]).toEqual([0, 0]);
    expect(atUpper.isDetermined()).toBe(false);
  });

  test('a parameter with infinite bounds is never excluded', () => {
    const linearized = linearize(fixed(diagonal(1, 1), [1, -1]), 2, {
      lower: [-Infinity, -Infinity],
      upper: [Infinity, Infinity],
    });
    expect(linearized.isDetermined()).toBe(true);
  });
});
