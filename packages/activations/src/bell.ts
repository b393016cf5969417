/**
 * The bell curve, accurate in its tails, where rounding h² would cause errors of hundreds of units in the last place.
 */

/**
 * $e^{-a h^2}$ for $a$ = 1 or ½, as $e^{-a s^2} e^{-a (h - s)(h + s)}$ with $s$ the float32 nearest to $h$: the square of
 * a float32 is exact in float64.
 */
export function bell(h: number, a: 0.5 | 1): number {
  // Beyond this the result is 0, and s² could overflow.
  if (Math.abs(h) > 40) return 0;
  const s = Math.fround(h);
  return Math.exp(-a * s * s) * Math.exp(-a * (h - s) * (h + s));
}
