/** Gradient-checks an activation. */
import { type Activation, NnbpError } from '@nnbp/core';
import type { Comparison } from './comparison.js';
import { differentiate } from './differences.js';
import { type Exclusion, Report } from './report.js';

/** Options of {@link checkActivation}. */
export interface ActivationCheckOptions {
  /** Values of h. Default: 0 and 60 values from −10,000 to 10,000, denser near 0. */
  readonly at?: readonly number[];
  /** Allowed relative error, in addition to the estimated error of the finite differences. Default: 1e-7. */
  readonly relativeTolerance?: number;
}

const defaultPoints: readonly number[] = [
  0,
  ...[
    0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1, 1.1, 1.3, 1.5, 1.8, 2, 2.3, 2.5, 2.7, 3, 3.5, 4, 5, 6.1, 7.7, 10,
  ].flatMap((h) => [h, -h]),
  ...[16.3, 31, 77, 300, 1000, 10000].flatMap((h) => [h, -h]),
];

/**
 * Compares the derivative of an activation with central differences of its value. Also checks that value and derivative
 * are finite and depend only on h. Declared kinks are skipped and listed in the report; undeclared kinks are reported
 * as violations.
 *
 * @throws NnbpError `EMPTY_DATA` if `at` is empty
 *
 * @example
 * ```ts
 * import { checkActivation } from '@nnbp/gradcheck';
 *
 * const square = { name: 'square', value: (h: number) => h * h, derivative: (h: number) => 2 * h };
 * checkActivation(square).ok; // true
 * checkActivation({ ...square, derivative: (h: number) => h }).ok; // false
 * ```
 */
export function checkActivation(activation: Activation, options: ActivationCheckOptions = {}): Report {
  const { at = defaultPoints, relativeTolerance = 1e-7 } = options;
  if (at.length === 0) throw new NnbpError('EMPTY_DATA', 'at is empty. Pass at least one value of h.');
  const kinks = activation.kinks ?? [];
  const comparisons: Comparison[] = [];
  const excluded: Exclusion[] = [];
  const violations: string[] = [];
  for (const h of at) {
    const name = `h = ${h}`;
    const g = activation.value(h);
    const analytic = activation.derivative(h, g);
    if (!Number.isFinite(g) || !Number.isFinite(analytic)) {
      violations.push(`At ${name}: expected finite numbers, received g = ${g} and g' = ${analytic}.`);
      continue;
    }
    if (!Object.is(g, activation.value(h)) || !Object.is(analytic, activation.derivative(h, g))) {
      violations.push(
        `At ${name}: two calls with the same h return different values. An activation must depend only on h.`,
      );
    }
    const distance = Math.min(...kinks.map((kink) => Math.abs(kink - h)));
    if (distance === 0) {
      excluded.push({ name, reason: 'a declared kink' });
      continue;
    }
    const numeric = differentiate((value) => activation.value(value), h, Math.min(0.25, distance / 2));
    const undeclared = undeclaredKink(activation, h);
    if (undeclared !== undefined) violations.push(undeclared);
    comparisons.push({
      name,
      analytic,
      numeric: numeric.value,
      tolerance: 10 * numeric.error + relativeTolerance * Math.abs(numeric.value) + 1e-13,
      at: h,
      value: g,
    });
  }
  return new Report(`Activation ${activation.name}`, comparisons, excluded, violations);
}

/** Returns a message if there is a kink at h. */
function undeclaredKink(activation: Activation, h: number): string | undefined {
  const slopeOver = (step: number) => (activation.value(h + step) - activation.value(h)) / step;
  const gaps = [1e-4, 1e-5, 1e-6].map((size) => Math.abs(slopeOver(size) - slopeOver(-size)));
  const noise = (2 ** -50 * Math.abs(activation.value(h))) / 1e-6;
  // If g is smooth, the gap between the slopes shrinks with the step.
  if (gaps[2] < 0.5 * gaps[0] || gaps[2] < 1e-6 + noise) return undefined;
  return `At h = ${h}: the slopes from the left and from the right differ by ${gaps[2].toPrecision(3)}. Declare the kink: kinks: [${h}].`;
}
