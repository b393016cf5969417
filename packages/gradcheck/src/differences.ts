/**
 * A derivative from values alone: think of measuring a slope with ever shorter rulers, and of reading off where they
 * agree best, since long ones see the curve and short ones see the rounding.
 */

/** A derivative, and how far off it may be. */
export interface NumericDerivative {
  readonly value: number;
  readonly error: number;
}

/**
 * Central differences at steps that shrink by 1.6, extrapolated to step 0 (Richardson), of which the one with the
 * smallest difference to its neighbours is taken (Ridders 1982).
 *
 * @param reach - The first, largest step: f is evaluated within x ± reach.
 * @param inside - The size of the numbers that f adds up; where they cancel, their rounding is more than that of f.
 */
export function differentiate(f: (x: number) => number, x: number, reach: number, inside = 0): NumericDerivative {
  const shrink = 1.6;
  let best: NumericDerivative = { value: NaN, error: Infinity };
  let before: number[] = [];
  let step = reach;
  // To the end, even if it gets worse for a while: a second derivative that jumps nearby spoils the long rulers only.
  for (let row = 0; row < 18; row++, step /= shrink) {
    // What is really added to x, after rounding.
    const [above, below] = [x + step, x - step];
    const [fAbove, fBelow] = [f(above), f(below)];
    const rounding = (2 ** -52 * Math.max(Math.abs(fAbove), Math.abs(fBelow), inside)) / (above - below);
    const now = [(fAbove - fBelow) / (above - below)];
    for (let k = 1, power = shrink ** 2; k <= Math.min(row, 8); k++, power *= shrink ** 2) {
      now.push((now[k - 1] * power - before[k - 1]) / (power - 1));
      const error = Math.max(Math.abs(now[k] - now[k - 1]), Math.abs(now[k] - before[k - 1])) + 2 * rounding;
      if (error < best.error) best = { value: now[k], error };
    }
    before = now;
  }
  return best;
}
