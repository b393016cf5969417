/** The linearized residuals of an iteration, and the parameters that they determine. */
import { allFinite, type Objective } from '@nnbp/core';
import { norm } from './norms.js';
import { TriangularFactor } from './triangular-factor.js';

/**
 * Condition numbers: columns are independent up to the first one and dependent from the second one on. In between, the
 * pivoted diagonal decides.
 */
const [safeCondition, singularCondition] = [1e10, 1e16];

/** The bounds of the parameters; undefined for none. */
export interface Bounds {
  readonly lower: ArrayLike<number> | undefined;
  readonly upper: ArrayLike<number> | undefined;
}

/** The residuals around some parameters, linearized: the QR factor of their Jacobian. */
export class Linearization {
  factor = new TriangularFactor(0);
  /** The largest length seen of each column of the Jacobian. */
  scale = new Float64Array(0);
  readonly #bounds: Bounds;
  /** The condition number of the factor. */
  #condition = 1;
  #isPivoted = false;
  #pinned: ReadonlySet<number> = new Set();

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
  }

  /** Folds the Jacobian at `parameters` into `factor`; returns the mean loss. */
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
    this.#pinned = this.#pinAtBounds(parameters);
    this.#isPivoted = false;
    this.#condition = objective.residualCount < n ? Infinity : factor.condition();
    return loss;
  }

  /**
   * Reorders the columns, dependent ones last. Takes as long as the rest of an iteration, so it is done only where
   * needed.
   */
  pivot(): void {
    if (!this.#isPivoted) this.factor.pivot();
    this.#isPivoted = true;
  }

  /** Whether the rows determine all parameters. */
  isDetermined(): boolean {
    if (this.#condition <= safeCondition) return true;
    if (this.#condition >= singularCondition) return false;
    this.pivot();
    return this.factor.rank() === this.factor.n;
  }

  /** Parameters that the rows do not determine, except those excluded at a bound. */
  undetermined(): number[] {
    if (this.#condition <= safeCondition) return [];
    this.pivot();
    return Array.from(this.factor.columns.subarray(this.factor.rank()))
      .filter((k) => !this.#pinned.has(k))
      .sort((a, b) => a - b);
  }

  /** The scale of each parameter, in pivoted order. */
  scalesInOrder(): Float64Array {
    return Float64Array.from(this.factor.columns, (k) => this.scale[k] || 1);
  }

  /** The parameters after a step in pivoted order, clamped to the bounds; `step` becomes the clamped step. */
  moved(parameters: Float64Array, step: Float64Array): Float64Array {
    const { lower, upper } = this.#bounds;
    const next = parameters.slice();
    this.factor.columns.forEach((k, i) => {
      next[k] = Math.min(Math.max(parameters[k] + step[i], lower?.[k] ?? -Infinity), upper?.[k] ?? Infinity);
      if (lower !== undefined || upper !== undefined) step[i] = next[k] - parameters[k];
    });
    return next;
  }

  /** ‖J·step‖. */
  linearChange(step: Float64Array): number {
    const { R, n } = this.factor;
    const change = new Float64Array(n);
    for (let i = 0; i < n; i++) for (let k = i; k < n; k++) change[i] += R[i * n + k] * step[k];
    return norm(change);
  }

  /** Excludes parameters at a bound that would cross it: their columns become 0 for this iteration. */
  #pinAtBounds(parameters: Float64Array): Set<number> {
    const { lower, upper } = this.#bounds;
    const { R, z, n } = this.factor;
    const pinned = new Set<number>();
    for (let k = 0; k < n; k++) {
      const [low, high] = [lower?.[k] ?? -Infinity, upper?.[k] ?? Infinity];
      if (low < parameters[k] && parameters[k] < high) continue;
      let gradient = 0;
      for (let i = 0; i <= k; i++) gradient += R[i * n + k] * z[i];
      if ((parameters[k] <= low && gradient > 0) || (parameters[k] >= high && gradient < 0)) pinned.add(k);
    }
    for (const k of pinned) for (let i = 0; i <= k; i++) R[i * n + k] = 0;
    return pinned;
  }
}
