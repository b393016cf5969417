/** Suggests the likely mistake, based on how the wrong derivatives differ from the expected ones. */
import type { Comparison } from './comparison.js';

/** Returns a mistake that explains all mismatches, or undefined if no known mistake explains them. */
export function hint(mismatches: readonly Comparison[]): string | undefined {
  if (mismatches.length === 0) return undefined;
  const all = (fits: (comparison: Comparison) => boolean) => mismatches.every(fits);
  const close = (a: number, b: number) => Math.abs(a - b) <= 1e-4 * Math.max(Math.abs(a), Math.abs(b), 1e-6);

  if (all(({ analytic }) => Number.isNaN(analytic)))
    return 'the derivative is NaN: division by 0, or infinity minus infinity.';
  if (all(({ analytic }) => analytic === 0)) return 'every wrong derivative is 0.';
  if (all(({ analytic, numeric }) => close(analytic, -numeric))) return 'the sign is wrong.';
  if (all(({ analytic, numeric }) => close(analytic, 2 * numeric)))
    return 'the derivative is twice the expected value.';
  if (all(({ analytic, numeric }) => close(2 * analytic, numeric))) return 'a factor of 2 is missing.';
  const ratio = mismatches[0].analytic / mismatches[0].numeric;
  if (mismatches.length > 1 && all(({ analytic, numeric }) => close(analytic, ratio * numeric))) {
    return `the derivative is ${ratio.toPrecision(4)} times the expected value: a constant factor is missing or superfluous.`;
  }
  if (all(({ analytic, value = NaN }) => close(analytic, value))) return 'the derivative returns the value itself.';
  if (all(({ analytic, at = NaN }) => close(analytic, at * (1 - at)))) {
    return 'g (1 − g) was computed with h in place of g: the arguments are derivative(h, g).';
  }
  if (all(({ analytic }) => close(analytic, 1))) return "the activation's derivative is missing (it is taken as 1).";
  return undefined;
}
