/** Compares the triangular factor with LAPACK's, and checks properties that hold for every matrix. */
import { Random } from '@nnbp/core';
import { TriangularFactor } from '@nnbp/optim';
import { describe, expect, test } from 'vitest';
import scipy from './scipy/least-squares.generated.json' with { type: 'json' };

/** Folds a matrix into a new factor, `size` rows at a time. */
function fold(n: number, rows: readonly number[], right: readonly number[], size = right.length): TriangularFactor {
  const factor = new TriangularFactor(n);
  for (let first = 0; first < right.length; first += size) {
    const end = Math.min(first + size, right.length);
    factor.fold(
      Float64Array.from(rows.slice(first * n, end * n)),
      Float64Array.from(right.slice(first, end)),
      end - first,
    );
  }
  return factor;
}

/** Folds the rows of an upper triangle one by one. The resulting R is this triangle, except for the signs of its rows. */
const triangle = (rows: readonly (readonly number[])[]) =>
  fold(
    rows.length,
    rows.flat(),
    rows.map(() => 0),
    1,
  );

/**
 * For each j, pivoting chooses the column with the largest remaining norm: the norm of its entries from row j on. The
 * remaining norm of a later column is then at most |R[j, j]|. Returns the largest relative excess over |R[j, j]|, or 0
 * if there is none.
 */
function largestExcess({ R, n }: TriangularFactor): number {
  let largest = 0;
  for (let j = 0; j < n; j++) {
    for (let k = j + 1; k < n; k++) {
      const remaining = Math.hypot(...Array.from({ length: k + 1 - j }, (_, i) => R[(j + i) * n + k]));
      largest = Math.max(largest, remaining / Math.abs(R[j * n + j]) - 1);
    }
  }
  return largest;
}

const columnNorm = (rows: readonly number[], n: number, column: number) =>
  Math.hypot(...rows.filter((_, k) => k % n === column));

describe.each(scipy.factors)('the factor of $title', ({ parameters: n, rows, right, rank, columns, R, z }) => {
  test.each([1, 2, 3, right.length])('the pivoted factor equals LAPACK’s, with rows folded in blocks of %i', (size) => {
    const factor = fold(n, rows, right, size);
    factor.pivot();
    expect(factor.rank()).toBe(rank);
    expect([...factor.columns.subarray(0, rank)]).toEqual(columns);
    for (let i = 0; i < rank; i++) {
      const sign = Math.sign(factor.R[i * n + i]);
      for (let k = i; k < rank; k++) {
        const tolerance = 1e-13 * columnNorm(rows, n, factor.columns[k]);
        expect(Math.abs(sign * factor.R[i * n + k] - R[i * n + k])).toBeLessThanOrEqual(tolerance);
      }
      expect(Math.abs(sign * factor.z[i] - z[i])).toBeLessThanOrEqual(1e-11 * Math.hypot(...right));
    }
    // Dependent columns leave nothing but rounding errors.
    expect(Math.abs(factor.R[rank * n + rank] ?? 0)).toBeLessThanOrEqual(1e-13 * Math.hypot(...rows));
  });

  test('each diagonal entry of the pivoted factor is at least as large as the remaining norm of every later column', () => {
    const factor = fold(n, rows, right);
    factor.pivot();
    expect(largestExcess(factor)).toBeLessThanOrEqual(1e-7);
  });

  test('R stays 0 below its diagonal', () => {
    const factor = fold(n, rows, right, 2);
    const below = () => [...factor.R].filter((_, k) => k % n < Math.floor(k / n));
    expect(below().every((value) => value === 0)).toBe(true);
    factor.pivot();
    expect(below().every((value) => value === 0)).toBe(true);
  });
});

test.each(scipy.factors.filter(({ condition }) => condition !== null))(
  'condition is between a quarter of the exact condition number and the exact one for $title',
  ({ parameters: n, rows, right, condition }) => {
    const estimate = fold(n, rows, right).condition();
    expect(estimate).toBeLessThanOrEqual(condition! * (1 + 1e-6));
    expect(estimate).toBeGreaterThanOrEqual(condition! / 4);
  },
);

describe('TriangularFactor', () => {
  test('columns of equal length keep their order', () => {
    const factor = triangle([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    factor.pivot();
    expect([...factor.columns]).toEqual([0, 1, 2]);
  });

  test.each([
    // All columns are almost parallel: subtracting squared norms leaves nothing but rounding errors.
    { shrinks: 'in one step', fraction: (i: number) => (i === 0 ? 1 : 2e-8) },
    // Rounding errors of the subtraction add up over several columns.
    { shrinks: 'in every step', fraction: (i: number) => 0.003 ** i },
  ])(
    'pivoting chooses the column with the largest remaining norm if the remaining norms shrink $shrinks',
    ({ fraction }) => {
      const n = 6;
      for (let seed = 1; seed <= 60; seed++) {
        const random = new Random(seed);
        const size = 10 ** (6 * ((seed % 3) - 1));
        const entry = (i: number, k: number) => (k < i ? 0 : size * fraction(i) * (0.5 + random.uniform()));
        const factor = triangle(Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, k) => entry(i, k))));
        factor.pivot();
        expect(largestExcess(factor), `seed ${seed}`).toBeLessThanOrEqual(1e-6);
      }
    },
  );

  test.each([1e-9, 1, 1e9])(
    'rank counts the diagonal entries above a fraction of the first, even if all entries are multiplied by %d',
    (size) => {
      const factor = triangle([
        [3 * size, 0, 0],
        [0, 2 * size, 0],
        [0, 0, 1e-6 * size],
      ]);
      expect(factor.rank()).toBe(3);
      expect(factor.rank(1e-5)).toBe(2);
      expect(factor.rank(0.9)).toBe(1);
    },
  );

  test('the undamped step of a diagonal factor is −z divided by the diagonal, and 0 where the diagonal is 0', () => {
    const factor = fold(3, [3, 0, 0, 0, 2, 0, 0, 0, 4], [6, 5, 2]);
    const step = new Float64Array(3);
    factor.solve(0, Float64Array.of(1, 1, 1), step);
    expect([...step]).toEqual([-2, -2.5, -0.5]);
    // A diagonal entry of 0 in a column that is not 0.
    const singular = new TriangularFactor(3);
    singular.R.set([2, 4, 0, 0, 0, 0, 0, 0, 5]);
    singular.z.set([6, 0, 10]);
    singular.solve(0, Float64Array.of(1, 1, 1), step);
    expect([...step]).toEqual([-3, 0, -2]);
  });

  test('condition is computed from the growth of the solutions of two triangular systems', () => {
    for (const sign of [1, -1]) {
      // Rᵀv = (1, −sign) for v = (1, −3·sign), and R·w = v for w = (7, −3·sign).
      const factor = new TriangularFactor(2);
      factor.R.set([1, 2 * sign, 0, 1]);
      expect(factor.condition()).toBeCloseTo(Math.sqrt(58 / 10) * Math.sqrt(6), 12);
    }
    expect(
      triangle([
        [1e-6, 0],
        [0, 1],
      ]).condition(),
    ).toBeCloseTo(1e6, 3);
  });
});
