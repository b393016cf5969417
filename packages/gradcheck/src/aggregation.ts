/** Gradient-checks an aggregation. */
import { type Aggregation, NnbpError, Random } from '@nnbp/core';
import type { Comparison } from './comparison.js';
import { differentiate } from './differences.js';
import { type Exclusion, Report } from './report.js';

/** Options of {@link checkAggregation}. */
export interface AggregationCheckOptions {
  /**
   * The points z, one array per point. Default: 40 random points with 1 to 6 entries in [−2, 2]; some points contain
   * zeros or two equal entries.
   */
  readonly at?: readonly (readonly number[])[];
  /** Seed of the random points. Default: 0. */
  readonly seed?: number;
  /** Allowed relative error, in addition to the estimated error of the finite differences. Default: 1e-7. */
  readonly relativeTolerance?: number;
}

function defaultPoints(seed: number): number[][] {
  const random = new Random(seed);
  return Array.from({ length: 40 }, (_, k) => {
    const z = Array.from({ length: 1 + (k % 6) }, () => 4 * random.uniform() - 2);
    for (let zeros = Math.floor(k / 6) % 3; zeros > 0; zeros--) z[Math.floor(random.uniform() * z.length)] = 0;
    if (k % 7 === 6) z[z.length - 1] = z[0];
    return z;
  });
}

/**
 * Compares the derivative of an aggregation with central differences of its value, for every entry of each point.
 * Points closer than 1e-6 to a declared kink are skipped and listed in the report. At an undeclared kink, the comparison
 * fails.
 *
 * @throws NnbpError `EMPTY_DATA` if `at` is empty
 *
 * @example
 * ```ts
 * import { product } from '@nnbp/aggregations';
 * import { checkAggregation } from '@nnbp/gradcheck';
 *
 * checkAggregation(product, { at: [[2, 0, -3]] }).comparisons[1].analytic; // -6
 * ```
 */
export function checkAggregation(aggregation: Aggregation, options: AggregationCheckOptions = {}): Report {
  const { at = defaultPoints(options.seed ?? 0), relativeTolerance = 1e-7 } = options;
  if (at.length === 0) throw new NnbpError('EMPTY_DATA', 'at is empty. Pass at least one point.');
  const comparisons: Comparison[] = [];
  const excluded: Exclusion[] = [];
  const violations: string[] = [];
  for (const z of at) {
    const point = `z = [${z.map((value) => Number(value.toPrecision(4))).join(', ')}]`;
    const a = aggregation.value(z);
    const analytic = new Float64Array(z.length).fill(NaN);
    aggregation.derivative(z, a, analytic);
    const again = new Float64Array(z.length).fill(1e300);
    aggregation.derivative(z, a, again);
    const distance = aggregation.kinkDistance?.(z) ?? Infinity;
    z.forEach((start, e) => {
      const name = `${point}, dA/dz_${e}`;
      if (!Object.is(analytic[e], again[e])) {
        violations.push(`${name}: depends on the previous content of dAdz. Write every entry and do not read any.`);
      } else if (!Number.isFinite(a) || !Number.isFinite(analytic[e])) {
        violations.push(`${name}: expected finite numbers, received A = ${a} and dA/dz = ${analytic[e]}.`);
      } else if (distance < 1e-6) {
        excluded.push({ name, reason: 'a declared kink' });
      } else {
        const along = (value: number) => aggregation.value([...z.slice(0, e), value, ...z.slice(e + 1)]);
        const numeric = differentiate(along, start, Math.min(0.1, distance / 2), Math.max(...z.map(Math.abs)));
        const tolerance = 10 * numeric.error + relativeTolerance * Math.abs(numeric.value) + 1e-13;
        comparisons.push({ name, analytic: analytic[e], numeric: numeric.value, tolerance, at: start, value: a });
      }
    });
  }
  return new Report(`Aggregation ${aggregation.name}`, comparisons, excluded, violations);
}
