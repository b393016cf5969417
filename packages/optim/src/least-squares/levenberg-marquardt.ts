/** Levenberg–Marquardt: least squares by a trust region around the linearized residuals. */
import {
  allFinite,
  expectLength,
  mismatch,
  NnbpError,
  type Objective,
  type Optimizer,
  type OptimizerState,
} from '@nnbp/core';
import { norm, scaledNorm } from './norms.js';
import { TriangularFactor } from './triangular-factor.js';
import { trustRegionStep } from './trust-region.js';

/** Options of {@link levenbergMarquardt}. */
export interface LevenbergMarquardtOptions {
  /** Maximum length of the first step, as a multiple of the scaled length of the initial parameters. Default: 10. */
  readonly initialRadius?: number;
  /** Converged when the relative change of the loss and of the parameters is at most this. Default: 1e-15. */
  readonly tolerance?: number;
  /**
   * The lower bound of each parameter, in the network's layout; −Infinity for none. With `freeze`, `lower`, `upper` and
   * `undetermined` leave out the frozen parameters.
   */
  readonly lower?: ArrayLike<number>;
  /** The upper bound of each parameter, in the network's layout; Infinity for none. */
  readonly upper?: ArrayLike<number>;
}

/** A least-squares optimizer that reports what the data do not determine. */
export interface LevenbergMarquardt extends Optimizer {
  /** Indices of the parameters that the last Jacobian did not determine (numerically rank-deficient). */
  readonly undetermined: readonly number[];
}

/** The state between iterations. */
interface Memory {
  /** Iterations done. */
  steps: number;
  radius: number;
  lambda: number;
  /** 1 once the trust region has converged and Gauss–Newton steps refine the result. */
  refining: number;
  /** The scaled length of the shortest refining step. */
  shortest: number;
  /** Refining steps since the shortest. */
  sinceShortest: number;
  converged: number;
}

/** 3 n² numbers then take 0.6 GB. */
const maxParameters = 5000;
/** Up to the first the columns are independent, from the second on dependent; between them the pivoted diagonal decides. */
const [safeCondition, singularCondition] = [1e10, 1e16];
/** Refinement ends after this many consecutive steps that are not shorter than the shortest. */
const maxSinceShortest = 3;
/** A refining step must be shorter than this fraction of the parameters' scaled length. */
const maxRefinement = 1e-3;
const fresh = (): Memory => ({
  steps: 0,
  radius: 0,
  lambda: 0,
  refining: 0,
  shortest: Infinity,
  sinceShortest: 0,
  converged: 0,
});

/**
 * Minimizes $\sum r^2$ with steps that solve $\min \|J s + r\|^2 + \lambda \|D s\|^2$, where $D$ holds the largest
 * length seen of each column of the Jacobian $J$, and $\lambda$ follows from the radius of a trust region (Moré 1978).
 * The linear problem is solved by QR, never by $J^T J$. When the loss no longer changes, Gauss–Newton steps refine the
 * parameters until they stop shrinking, and `converged` becomes true.
 *
 * Needs a loss that declares `residuals` (mse), and uses full batches. One iteration costs one Jacobian and a few
 * evaluations of the loss. Memory: 3 n² numbers for n parameters.
 *
 * @throws NnbpError `OUT_OF_RANGE` (an option); training throws `UNSUPPORTED` if the loss is not a sum of squares and
 * `TOO_LARGE` for more than 5,000 parameters
 */
export function levenbergMarquardt(options: LevenbergMarquardtOptions = {}): LevenbergMarquardt {
  const name = 'levenbergMarquardt';
  const { initialRadius = 10, tolerance = 1e-15, lower, upper } = options;
  for (const [option, value] of Object.entries({ initialRadius, tolerance })) {
    if (!(value > 0 && value < Infinity)) {
      throw mismatch('OUT_OF_RANGE', `${name}: ${option}`, 'a number > 0', value);
    }
  }
  const memory = fresh();
  let scale = new Float64Array(0);
  let factor = new TriangularFactor(0);
  /** The condition number of the factor. */
  let condition = 1;
  let isPivoted = false;
  let pinned: ReadonlySet<number> = new Set();

  /** Folds the Jacobian at `parameters` into `factor`; returns the mean loss. */
  function linearize(objective: Objective, parameters: Float64Array): number {
    const n = parameters.length;
    if (factor.n !== n) factor = new TriangularFactor(n);
    factor.clear();
    const loss = objective.jacobian(parameters, (residuals, jacobian, rows) => factor.fold(jacobian, residuals, rows));
    if (Number.isFinite(loss) && !allFinite(factor.R)) return NaN;
    if (scale.length !== n) scale = new Float64Array(n);
    for (let k = 0; k < n; k++) {
      let sum = 0;
      for (let i = 0; i <= k; i++) sum += factor.R[i * n + k] ** 2;
      scale[k] = Math.max(scale[k], Math.sqrt(sum));
    }
    pinned = pinAtBounds(parameters);
    isPivoted = false;
    condition = objective.residualCount < n ? Infinity : factor.condition();
    return loss;
  }

  /** Reorders the columns, dependent ones last. As costly as the rest of an iteration, so only where it matters. */
  function pivot(): void {
    if (!isPivoted) factor.pivot();
    isPivoted = true;
  }

  /** Whether the rows determine all parameters. */
  function isDetermined(): boolean {
    if (condition <= safeCondition) return true;
    if (condition >= singularCondition) return false;
    pivot();
    return factor.rank() === factor.n;
  }

  /** Parameters that the rows do not determine, except those excluded at a bound. */
  function undetermined(): number[] {
    if (condition <= safeCondition) return [];
    pivot();
    return Array.from(factor.columns.subarray(factor.rank()))
      .filter((k) => !pinned.has(k))
      .sort((a, b) => a - b);
  }

  /** Excludes parameters at a bound that would cross it: their columns become 0 for this iteration. */
  function pinAtBounds(parameters: Float64Array): Set<number> {
    const { R, z, n } = factor;
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

  const scalesInOrder = () => Float64Array.from(factor.columns, (k) => scale[k] || 1);

  /** The parameters after a step in pivoted order, clamped to the bounds; `step` becomes the clamped step. */
  function moved(parameters: Float64Array, step: Float64Array): Float64Array {
    const next = parameters.slice();
    factor.columns.forEach((k, i) => {
      next[k] = Math.min(Math.max(parameters[k] + step[i], lower?.[k] ?? -Infinity), upper?.[k] ?? Infinity);
      if (lower !== undefined || upper !== undefined) step[i] = next[k] - parameters[k];
    });
    return next;
  }

  /** ‖J·step‖. */
  function linearChange(step: Float64Array): number {
    const { R, n } = factor;
    const change = new Float64Array(n);
    for (let i = 0; i < n; i++) for (let k = i; k < n; k++) change[i] += R[i * n + k] * step[k];
    return norm(change);
  }

  /** Tries steps in a shrinking trust region until one lowers the loss. */
  function descend(objective: Objective, parameters: Float64Array, loss: number): void {
    const determined = isDetermined();
    const scales = scalesInOrder();
    if (memory.steps === 1) memory.radius = initialRadius * (scaledNorm(scale, parameters) || 1);
    for (;;) {
      const { step, lambda, length } = trustRegionStep(factor, scales, memory.radius, memory.lambda, determined);
      memory.lambda = lambda;
      if (memory.steps === 1) memory.radius = Math.min(memory.radius, length);
      const next = moved(parameters, step);
      const found = objective.loss(next);
      // Relative to the loss: how much it fell, and how much the linearized problem said it would.
      const actual = found < 100 * loss ? 1 - found / loss : -1;
      const linear = linearChange(step) ** 2 / loss;
      const damping = (lambda * length ** 2) / loss;
      const predicted = linear + 2 * damping;
      const ratio = actual / predicted;
      if (!(ratio > 0.25)) {
        const slope = -(linear + damping);
        const shrink = actual >= 0 ? 0.5 : (0.5 * slope) / (slope + 0.5 * actual);
        const part = found < 100 * loss ? Math.max(0.1, shrink) : 0.1;
        memory.radius = part * Math.min(memory.radius, 10 * length);
        memory.lambda /= part;
      } else if (lambda === 0 || ratio >= 0.75) {
        memory.radius = 2 * length;
        memory.lambda /= 2;
      }
      const accepted = ratio >= 1e-4;
      if (accepted) parameters.set(next);
      const settled = Math.abs(actual) <= tolerance && predicted <= tolerance && !(ratio > 2);
      if (settled || !(memory.radius > tolerance * scaledNorm(scale, parameters))) {
        memory.refining = 1;
        return;
      }
      if (accepted) return;
    }
  }

  /** One Gauss–Newton step, kept while the steps shrink, but for a few in between: the loss is flat to rounding there, the steps are not. */
  function refine(objective: Objective, parameters: Float64Array, loss: number): void {
    pivot();
    const determined = undetermined().length === 0;
    const scales = scalesInOrder();
    const step = new Float64Array(factor.n);
    factor.solve(0, scales, step);
    const next = moved(parameters, step);
    const length = scaledNorm(scales, step);
    if (length < memory.shortest) {
      memory.shortest = length;
      memory.sinceShortest = 0;
    } else memory.sinceShortest++;
    const short = memory.sinceShortest < maxSinceShortest && length <= maxRefinement * scaledNorm(scale, parameters);
    if (determined && short && objective.loss(next) <= loss * (1 + 1e-9)) {
      parameters.set(next);
    } else {
      memory.converged = 1;
    }
  }

  return {
    name,
    fullBatch: true,
    get converged() {
      return memory.converged === 1;
    },
    get undetermined() {
      return undetermined();
    },
    step() {
      throw new NnbpError('UNSUPPORTED', `${name} evaluates the loss itself: use it with fit or Trainer.`);
    },
    iterate(objective, parameters) {
      if (objective.residualCount === 0) {
        throw new NnbpError(
          'UNSUPPORTED',
          `${name} needs a loss that is a sum of squares (mse). Use lbfgs for other losses.`,
        );
      }
      if (parameters.length > maxParameters) {
        throw new NnbpError(
          'TOO_LARGE',
          `${name} needs memory for n² numbers: expected at most ${maxParameters} parameters, received ${parameters.length}. Use lbfgs.`,
        );
      }
      for (const [option, bound] of Object.entries({ lower, upper })) {
        if (bound !== undefined) expectLength(`${name}: ${option}`, bound.length, parameters.length);
      }
      const loss = linearize(objective, parameters);
      if (!Number.isFinite(loss)) return loss;
      memory.steps++;
      if (loss === 0) memory.converged = 1;
      else if (memory.refining === 1) refine(objective, parameters, loss);
      else descend(objective, parameters, loss);
      return loss;
    },
    state: (): OptimizerState => ({
      name,
      numbers: { ...memory },
      vectors: memory.steps > 0 ? { scale: scale.slice() } : {},
    }),
    restore(state) {
      const keys = Object.keys(fresh()) as (keyof Memory)[];
      if (state.name !== name || keys.some((key) => !(key in state.numbers))) {
        throw new NnbpError('WRONG_STATE', `${name} cannot continue from this state of ${state.name}.`);
      }
      for (const key of keys) memory[key] = state.numbers[key];
      scale = Float64Array.from(state.vectors.scale ?? []);
    },
  };
}
