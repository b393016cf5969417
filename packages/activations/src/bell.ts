/**
 * The bell curve. It is accurate even in the tails, where rounding h² would cause errors of hundreds of units in the
 * last place.
 */

/**
 * Returns $e^{-a h^2}$ for $a$ = 1 or ½, computed as $e^{-a s^2} e^{-a (h - s)(h + s)}$, where $s$ is the float32
 * number nearest to $h$. The square of $s$ is exact in float64.
 */
export function bell(h: number, a: 0.5 | 1): number {
  // For |h| > 40, the result is 0. For much larger |h|, the second factor would overflow, and 0 · ∞ is NaN.
  if (Math.abs(h) > 40) return 0;
  const s = Math.fround(h);
  return Math.exp(-a * s * s) * Math.exp(-a * (h - s) * (h + s));
}
