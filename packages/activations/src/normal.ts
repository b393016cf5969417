/**
 * The standard normal distribution, accurate to a few units in the last place even far out in the lower tail, where
 * computing Φ(h) as 1 − Φ(−h) would lose all digits.
 */
import { bell } from './bell.js';

/** The density $\varphi(h) = e^{-h^2/2} / \sqrt{2 \pi}$. */
export const normalDensity = (h: number): number => bell(h, 0.5) / 2.5066282746310002;

/**
 * The cumulative distribution function $\Phi(h)$.
 *
 * For −1 < h < 2.5, it is computed with the series $\tfrac12 + \varphi(h) (h + h^3/3 + h^5/15 + \dots)$ (Marsaglia
 * 2004), whose terms after ½ all have the same sign; otherwise with Laplace's continued fraction for the tail beyond
 * |h|, $\varphi(h) / (|h| + 1/(|h| + 2/(|h| + 3/(|h| + \dots))))$. The series is not used for h ≤ −1, because its other
 * terms nearly cancel ½ there.
 */
export function normalDistribution(h: number): number {
  if (h > -1 && h < 2.5) {
    let term = h;
    let sum = h;
    for (let n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) {
      term *= (h * h) / n;
      sum += term;
    }
    return 0.5 + sum * normalDensity(h);
  }
  const distance = Math.abs(h);
  let fraction = distance;
  // The remainder after n terms is about e^(-2|h|√n).
  for (let n = 10 + Math.ceil(450 / (h * h)); n > 0; n--) fraction = distance + n / fraction;
  const tail = normalDensity(h) / fraction;
  return h < 0 ? tail : 1 - tail;
}
