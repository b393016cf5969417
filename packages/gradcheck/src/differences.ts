/** Numerical differentiation. Large steps cause truncation errors, and small steps cause rounding errors. */

/** A numerical derivative with an estimate of its error. */
export interface NumericDerivative {
  readonly value: number;
  readonly error: number;
}

/**
 * Computes central differences with steps that shrink by a factor of 1.6, extrapolates them to step 0 (Richardson), and
 * returns the extrapolation that differs least from its neighbours (Ridders 1982).
 *
 * @param maxStep - The first and largest step: f is evaluated in [x − maxStep, x + maxStep].
 * @param termMagnitude - The magnitude of the terms that f adds up. If the terms cancel, their rounding errors are
 * larger than the rounding error of the sum. Default: 0.
 */
export function differentiate(
  f: (x: number) => number,
  x: number,
  maxStep: number,
  termMagnitude = 0,
): NumericDerivative {
  const shrink = 1.6;
  let best: NumericDerivative = { value: NaN, error: Infinity };
  let previousRow: number[] = [];
  let step = maxStep;
  // Takes all steps, even if the error grows at first, since a nearby jump in the second derivative affects only large
  // steps.
  for (let row = 0; row < 18; row++, step /= shrink) {
    // The divisor is the distance between the arguments after rounding.
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
