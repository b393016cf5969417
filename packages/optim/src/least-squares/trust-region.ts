/**
 * Computes a trust-region step. If the undamped step is longer than the radius, finds the damping λ for which the scaled
 * norm of the step equals the radius (Moré 1978, "The Levenberg–Marquardt algorithm: implementation and theory",
 * section 5).
 */
import { norm, scaledNorm } from './norms.js';
import type { TriangularFactor } from './triangular-factor.js';

/** A step in pivoted order, its damping, and its scaled norm. */
export interface TrustRegionStep {
  readonly step: Float64Array;
  readonly lambda: number;
  readonly length: number;
}

/** The maximum relative difference between the scaled norm of the step and the radius. */
const tolerance = 0.1;
const maxIterations = 30;

/**
 * Returns the step that minimizes the linearized problem within the trust region.
 *
 * @param scale - The diagonal of the scaling matrix D, in pivoted order. Every entry must be above 0.
 * @param guess - The λ of the previous step.
 * @param isDetermined - Whether the triangular factor R has full rank.
 */
export function trustRegionStep(
  factor: TriangularFactor,
  scale: Float64Array,
  radius: number,
  guess: number,
  isDetermined: boolean,
): TrustRegionStep {
  const { n } = factor;
  const step = new Float64Array(n);
  let length = 0;
  if (isDetermined) {
    factor.solve(0, scale, step);
    length = scaledNorm(scale, step);
    if (length <= (1 + tolerance) * radius) return { step, lambda: 0, length };
  }

  // Without full rank, there are many undamped steps. As λ decreases, the step approaches the shortest of them, which
  // may be within the radius.
  const negligible = isDetermined ? 0 : negligibleDamping(factor, scale);
  let lower = 0;
  let upper = gradientNorm(factor, scale) / radius;
  let lambda = guess > lower && guess < upper ? guess : upper / 1000;
  for (let k = 0; k < maxIterations && lambda > 0; k++) {
    const damped = factor.solve(lambda, scale, step);
    length = scaledNorm(scale, step);
    const excess = length - radius;
    if (Math.abs(excess) <= tolerance * radius) break;
    if (excess > 0) lower = lambda;
    else if (lambda <= negligible) break;
    else upper = lambda;
    const next = lambda + (excess / radius) * (1 / relativeDecrease(damped, scale, step, length));
    lambda = next > lower && next < upper ? next : Math.sqrt(Math.max(lower, upper / 1000) * upper);
  }
  return { step, lambda, length };
}

/**
 * Returns (1e-14·‖J·D⁻¹‖)². A smaller λ affects only the components of the step that belong to singular values of J·D⁻¹
 * up to about 1e-14·‖J·D⁻¹‖. Such singular values are rounding errors.
 */
function negligibleDamping({ R, n }: TriangularFactor, scale: Float64Array): number {
  return (1e-14 * norm(R.map((entry, at) => entry / scale[at % n]))) ** 2;
}

/** Returns ‖D⁻¹·Jᵀr‖. Divided by the radius, it is an upper bound on λ. */
function gradientNorm({ R, z, n }: TriangularFactor, scale: Float64Array): number {
  const gradient = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i <= k; i++) gradient[k] += R[i * n + k] * z[i];
    gradient[k] /= scale[k];
  }
  return norm(gradient);
}

/** Returns −d‖D·step‖/dλ divided by ‖D·step‖, computed as ‖R⁻ᵀ·D²·step‖² / ‖D·step‖². */
function relativeDecrease(
  { R, n }: Pick<TriangularFactor, 'R' | 'n'>,
  scale: Float64Array,
  step: Float64Array,
  length: number,
): number {
  const w = new Float64Array(n);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    w[i] = (scale[i] ** 2 * step[i]) / length;
    for (let j = 0; j < i; j++) w[i] -= R[j * n + i] * w[j];
    w[i] /= R[i * n + i];
    sum += w[i] ** 2;
  }
  return sum;
}
