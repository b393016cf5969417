/** Objectives with known minima, for the tests. */
import type { Objective } from '@nnbp/core';

/** Creates a least-squares objective from residuals and their Jacobian. The loss is the mean of the squares. */
export function leastSquares(
  count: number,
  residual: (p: Float64Array, row: number) => number,
  derivative: (p: Float64Array, row: number) => readonly number[],
): Objective & { evaluations: number } {
  const all = (p: Float64Array) => Float64Array.from({ length: count }, (_, row) => residual(p, row));
  const meanSquare = (r: Float64Array) => r.reduce((sum, x) => sum + x * x, 0) / count;
  return {
    residualCount: count,
    evaluations: 0,
    loss(p) {
      this.evaluations++;
      return meanSquare(all(p as Float64Array));
    },
    gradient(p, gradients) {
      const r = all(p as Float64Array);
      gradients.fill(0);
      r.forEach((x, row) =>
        derivative(p as Float64Array, row).forEach((d, k) => (gradients[k] += (2 * x * d) / count)),
      );
      return meanSquare(r);
    },
    jacobian(p, visit) {
      const r = all(p as Float64Array);
      const scale = 1 / Math.sqrt(count);
      // Two blocks, to test that the optimizer adds one block of rows after another to its QR factor.
      const half = Math.ceil(count / 2);
      for (const [first, end] of [
        [0, half],
        [half, count],
      ]) {
        const rows = Array.from({ length: end - first }, (_, k) => derivative(p as Float64Array, first + k));
        visit(
          r.slice(first, end).map((x) => x * scale),
          Float64Array.from(rows.flat(), (d) => d * scale),
          end - first,
        );
      }
      return meanSquare(r);
    },
  };
}

/** Rosenbrock's function of two parameters, as two residuals. Its minimum is 0 at (1, 1). */
export const rosenbrock = () =>
  leastSquares(
    2,
    (p, row) => (row === 0 ? 10 * (p[1] - p[0] ** 2) : 1 - p[0]),
    (p, row) => (row === 0 ? [-20 * p[0], 10] : [-1, 0]),
  );

/** The fit of y = p_0 · exp(p_1 · x) to the given points. */
export const exponential = (xs: readonly number[], ys: readonly number[]) =>
  leastSquares(
    xs.length,
    (p, row) => p[0] * Math.exp(p[1] * xs[row]) - ys[row],
    (p, row) => [Math.exp(p[1] * xs[row]), p[0] * xs[row] * Math.exp(p[1] * xs[row])],
  );
