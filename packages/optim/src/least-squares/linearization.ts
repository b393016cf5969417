/** Linearizes the residuals in each iteration, and finds the parameters that the residuals do not determine. */
import { allFinite, type Objective } from '@nnbp/core';
import { norm } from './norms.js';
import { TriangularFactor } from './triangular-factor.js';

/**
 * Limits of the condition number of the Jacobian. Up to `safeCondition`, its columns count as independent; from
 * `singularCondition` on, as dependent. In between, the diagonal of the pivoted factor decides.
 */
const [safeCondition, singularCondition] = [1e10, 1e16];

export interface Bounds {
  readonly lower: ArrayLike<number> | undefined;
  readonly upper: ArrayLike<number> | undefined;
}

/** The residuals, linearized at given parameters: the QR factor of their Jacobian. */
export class Linearization {
  factor = new TriangularFactor(0);
  /** The largest norm so far of each column of the Jacobian. */
  scale: Float64Array = new Float64Array(0);
  readonly #bounds: Bounds;
  #condition = 1;
  #isPivoted = false;
  #excluded: ReadonlySet<number> = new Set();

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  /** Computes `factor` from the Jacobian at `parameters`. Returns the mean loss, or NaN if the factor overflows. */
  update(objective: Objective, parameters: Float64Array): number {
    const n = parameters.length;
    if (this.factor.n !== n) this.factor = new TriangularFactor(n);
    const { factor } = this;
    factor.clear();
    const loss = objective.jacobian(parameters, (residuals, jacobian, rows) => factor.fold(jacobian, residuals, rows));
    if (Number.isFinite(loss) && !allFinite(factor.R)) return NaN;
    if (this.scale.length !== n) this.scale = new Float64Array(n);
    for (let k = 0; k < n; k++) {
      let sum = 0;
      for (let i = 0; i <= k; i++) sum += factor.R[i * n + k] ** 2;
      this.scale[k] = Math.max(this.scale[k], Math.sqrt(sum));
    }
    this.#excluded = this.#excludeAtBounds(parameters);
    this.#isPivoted = false;
    this.#condition = objective.residualCount < n ? Infinity : factor.condition();
    return loss;
  }

  /** Reorders the columns so that dependent ones come last. Takes as long as the rest of an iteration. */
  pivot(): void {
    if (!this.#isPivoted) this.factor.pivot();
    this.#isPivoted = true;
  }

  /** Whether the residuals determine all parameters. */
  isDetermined(): boolean {
    if (this.#condition <= safeCondition) return true;
    if (this.#condition >= singularCondition) return false;
    this.pivot();
    return this.factor.rank() === this.factor.n;
  }

  /** Returns the parameters that the residuals do not determine, except those excluded at a bound. */
  undetermined(): number[] {
    if (this.#condition <= safeCondition) return [];
    this.pivot();
    return Array.from(this.factor.columns.subarray(this.factor.rank()))
      .filter((k) => !this.#excluded.has(k))
      .sort((a, b) => a - b);
  }

  /** Returns the scale of each parameter, in pivoted order. */
  scalesInOrder(): Float64Array {
    return Float64Array.from(this.factor.columns, (k) => this.scale[k] || 1);
  }

  /**
   * Returns the parameters after `step`, clamped to the bounds. Sets `step`, which is in pivoted order, to the change
   * that remains.
   */
  applyStep(parameters: Float64Array, step: Float64Array): Float64Array {
    const { lower, upper } = this.#bounds;
    const next = parameters.slice();
    this.factor.columns.forEach((k, i) => {
      next[k] = Math.min(Math.max(parameters[k] + step[i], lower?.[k] ?? -Infinity), upper?.[k] ?? Infinity);
      if (lower !== undefined || upper !== undefined) step[i] = next[k] - parameters[k];
    });
    return next;
  }

  /** Returns ‖J·step‖. */
  linearChange(step: Float64Array): number {
    const { R, n } = this.factor;
    const change = new Float64Array(n);
    for (let i = 0; i < n; i++) for (let k = i; k < n; k++) change[i] += R[i * n + k] * step[k];
    return norm(change);
  }

  /** Excludes parameters at a bound that they would cross: sets their columns to 0. Returns their indices. */
  #excludeAtBounds(parameters: Float64Array): Set<number> {
    const { lower, upper } = this.#bounds;
    const { R, z, n } = this.factor;
    const excluded = new Set<number>();
    for (let k = 0; k < n; k++) {
      const [low, high] = [lower?.[k] ?? -Infinity, upper?.[k] ?? Infinity];
      if (low < parameters[k] && parameters[k] < high) continue;
      let gradient = 0;
      for (let i = 0; i <= k; i++) gradient += R[i * n + k] * z[i];
      if ((parameters[k] <= low && gradient > 0) || (parameters[k] >= high && gradient < 0)) excluded.add(k);
    }
    for (const k of excluded) for (let i = 0; i <= k; i++) R[i * n + k] = 0;
    return excluded;
  }
}
