/**
 * Numerical differentiation. Large steps have truncation errors and small ones rounding errors, so a series of steps is
 * extrapolated, and the estimate on which neighbouring steps agree best is returned.
 */

/** A numerical derivative with an estimate of its error. */
export interface NumericDerivative {
  readonly value: number;
  readonly error: number;
}

/**
 * Central differences at steps that shrink by 1.6, extrapolated to step 0 (Richardson), of which the one with the
 * smallest difference to its neighbours is taken (Ridders 1982).
 *
 * @param reach - The first and largest step: f is evaluated in [x − reach, x + reach].
 * @param termMagnitude - Magnitude of the terms that f adds up. If they cancel, their rounding errors exceed that of f. Default: 0.
 */
export function differentiate(
  f: (x: number) => number,
  x: number,
  reach: number,
  termMagnitude = 0,
): NumericDerivative {
  const shrink = 1.6;
  let best: NumericDerivative = { value: NaN, error: Infinity };
  let previousRow: number[] = [];
  let step = reach;
  // Take all steps, even if the error grows at first: a nearby jump in the second derivative affects only the large
  // ones.
  for (let row = 0; row < 18; row++, step /= shrink) {
    // The distance between the rounded arguments.
    const [above, below] = [x + step, x - step];
    const [fAbove, fBelow] = [f(above), f(below)];
    const rounding = (2 ** -52 * Math.max(Math.abs(fAbove), Math.abs(fBelow), termMagnitude)) / (above - below);
    const estimates = [(fAbove - fBelow) / (above - below)];
    for (let k = 1, power = shrink ** 2; k <= Math.min(row, 8); k++, power *= shrink ** 2) {
      estimates.push((estimates[k - 1] * power - previousRow[k - 1]) / (power - 1));
      const error =
        Math.max(Math.abs(estimates[k] - estimates[k - 1]), Math.abs(estimates[k] - previousRow[k - 1])) + 2 * rounding;
      if (error < best.error) best = { value: estimates[k], error };
    }
    previousRow = estimates;
  }
  return best;
}
