/** What is probably wrong, from how the numbers differ: the mistakes people make are few. */
import type { Comparison } from './comparison.js';

/** A guess that fits all mismatches, if there is one. */
export function hint(mismatches: readonly Comparison[]): string | undefined {
  if (mismatches.length === 0) return undefined;
  const all = (fits: (comparison: Comparison) => boolean) => mismatches.every(fits);
  const close = (a: number, b: number) => Math.abs(a - b) <= 1e-4 * Math.max(Math.abs(a), Math.abs(b), 1e-6);

  if (all(({ analytic }) => Number.isNaN(analytic)))
    return 'the derivative is NaN: a division by 0, or infinity minus infinity.';
  if (all(({ analytic }) => analytic === 0)) return 'the derivative is always 0 here: is it returned at all?';
  if (all(({ analytic, numeric }) => close(analytic, -numeric))) return 'the sign is wrong.';
  if (all(({ analytic, numeric }) => close(analytic, 2 * numeric))) return 'it is twice what it should be.';
  if (all(({ analytic, numeric }) => close(2 * analytic, numeric))) return 'a factor 2 is missing.';
  const ratio = mismatches[0].analytic / mismatches[0].numeric;
  if (mismatches.length > 1 && all(({ analytic, numeric }) => close(analytic, ratio * numeric))) {
    return `everything is ${ratio.toPrecision(4)} times what it should be: a constant factor is missing or too many.`;
  }
  if (all(({ analytic, value = NaN }) => close(analytic, value))) return 'the derivative returns the value itself.';
  if (all(({ analytic, at = NaN }) => close(analytic, at * (1 - at)))) {
    return 'g (1 − g) was taken with h for g: derivative(h, g) gets both, in this order.';
  }
  if (all(({ analytic }) => close(analytic, 1))) return "the activation's derivative is missing (it is taken as 1).";
  return undefined;
}
