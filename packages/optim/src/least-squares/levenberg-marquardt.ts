/** Levenberg–Marquardt: minimizes a sum of squares by linearizing the residuals within a trust region. */
import {
  expectArray,
  expectLength,
  mismatch,
  NnbpError,
  type Objective,
  type Optimizer,
  type OptimizerState,
} from '@nnbp/core';
import { scaledNorm } from './norms.js';
import { Linearization } from './linearization.js';
import { trustRegionStep } from './trust-region.js';

/** Options of {@link levenbergMarquardt}. */
export interface LevenbergMarquardtOptions {
  /** Maximum length of the first step, as a multiple of the scaled norm of the initial parameters. Default: 10. */
  readonly initialRadius?: number;
  /**
   * The relative change of the loss, or the radius relative to the parameters, at which the trust region has converged
   * and refinement begins. Default: 1e-15.
   */
  readonly tolerance?: number;
  /**
   * The lower bound of each parameter, in the order of the parameter vector; −Infinity for no bound. For a formula,
   * this is the order of `FormulaGraph.parameters`. The first step clamps initial values to the bounds. Frozen
   * parameters (`freeze`) have no entry in `lower` and `upper`.
   */
  readonly lower?: ArrayLike<number>;
  /** The upper bound of each parameter, in the same order as `lower`; Infinity for no bound. */
  readonly upper?: ArrayLike<number>;
}

/** A least-squares optimizer that also reports which parameters the data do not determine. */
export interface LevenbergMarquardt extends Optimizer {
  /**
   * The indices of the parameters that the last Jacobian does not determine, because it is numerically rank-deficient.
   * Frozen parameters (`freeze`) are skipped in the numbering: index 0 is the first parameter that is not frozen.
   */
  readonly undetermined: readonly number[];
}

/** The state between iterations. */
interface Memory {
  /** The number of iterations. */
  steps: number;
  radius: number;
  lambda: number;
  /** 1 once the trust region has converged and Gauss–Newton steps refine the result. */
  refining: number;
  /** The scaled norm of the shortest refining step. */
  shortest: number;
  /** The number of refining steps since the shortest one. */
  sinceShortest: number;
  converged: number;
}

/** The maximum number n of parameters. At this size, 3 n² numbers take up 0.6 GB. */
const maxParameters = 5000;
/** Refinement ends after this many consecutive steps that are not shorter than the shortest step so far. */
const maxSinceShortest = 3;
/** The maximum length of a refining step, as a fraction of the scaled norm of the parameters. */
const maxRefinement = 1e-3;
const emptyMemory = (): Memory => ({
  steps: 0,
  radius: 0,
  lambda: 0,
  refining: 0,
  shortest: Infinity,
  sinceShortest: 0,
  converged: 0,
});

/**
 * Minimizes the sum of the squared residuals $r$. Each step $s$ minimizes $\|J s + r\|^2 + \lambda \|D s\|^2$, where
 * $J$ is the Jacobian of the residuals, $D$ holds the largest norm so far of each column of $J$, and $\lambda$ follows
 * from the radius of a trust region (Moré 1978). The linear problem is solved with a QR factorization, never with
 * $J^T J$. When the loss no longer changes, Gauss–Newton steps refine the parameters. When these steps stop getting
 * shorter, `converged` becomes true.
 *
 * Requires a loss that declares `residuals` (mse), and uses full batches. An iteration needs one Jacobian and a few
 * evaluations of the loss. Memory: 3 n² numbers for n parameters.
 *
 * @throws NnbpError `OUT_OF_RANGE` (an option), `WRONG_TYPE` (bounds that are not arrays); training throws
 * `UNSUPPORTED` if the loss is not a sum of squares, `TOO_LARGE` for more than 5,000 parameters, and `WRONG_LENGTH` if
 * the length of `lower` or `upper` is not the number of parameters
 */
export function levenbergMarquardt(options: LevenbergMarquardtOptions = {}): LevenbergMarquardt {
  const name = 'levenbergMarquardt';
  const { initialRadius = 10, tolerance = 1e-15, lower, upper } = options;
  for (const [option, value] of Object.entries({ initialRadius, tolerance })) {
    if (!(value > 0 && value < Infinity)) {
      throw mismatch('OUT_OF_RANGE', `${name}: ${option}`, 'a finite number above 0', value);
    }
  }
  expectBounds(name, lower, upper);
  const memory = emptyMemory();
  const linearized = new Linearization({ lower, upper });

  return {
    name,
    fullBatch: true,
    get converged() {
      return memory.converged === 1;
    },
    get undetermined() {
      return linearized.undetermined();
    },
    step() {
      throw new NnbpError(
        'UNSUPPORTED',
        `${name} evaluates the loss itself and has no step(). Use it with fit or Trainer.`,
      );
    },
    iterate(objective, parameters) {
      if (objective.residualCount === 0) {
        throw new NnbpError(
          'UNSUPPORTED',
          `${name} requires a loss that is a sum of squares (mse). Use lbfgs for other losses.`,
        );
      }
      if (parameters.length > maxParameters) {
        throw new NnbpError(
          'TOO_LARGE',
          `${name} uses memory proportional to the square of the number of parameters: expected at most ${maxParameters}, received ${parameters.length}. Use lbfgs.`,
        );
      }
      for (const [option, bound] of Object.entries({ lower, upper })) {
        if (bound !== undefined) expectLength(`${name}: ${option}`, bound.length, parameters.length);
      }
      const loss = linearized.update(objective, parameters);
      if (!Number.isFinite(loss)) return loss;
      memory.steps++;
      if (loss === 0) memory.converged = 1;
      else if (memory.refining === 1) refine(linearized, memory, objective, parameters, loss);
      else descend(linearized, memory, objective, parameters, loss, { initialRadius, tolerance });
      return loss;
    },
    state: (): OptimizerState => ({
      name,
      numbers: { ...memory },
      vectors: memory.steps > 0 ? { scale: linearized.scale.slice() } : {},
    }),
    restore(state) {
      const keys = Object.keys(emptyMemory()) as (keyof Memory)[];
      if (state.name !== name || keys.some((key) => !(key in state.numbers))) {
        throw new NnbpError('WRONG_STATE', `${name} cannot resume from this state of ${state.name}.`);
      }
      for (const key of keys) memory[key] = state.numbers[key];
      linearized.scale = Float64Array.from(state.vectors.scale ?? []);
    },
  };
}

function expectBounds(name: string, lower?: ArrayLike<number>, upper?: ArrayLike<number>): void {
  if (lower !== undefined) expectArray(`${name}: lower`, lower);
  if (upper !== undefined) expectArray(`${name}: upper`, upper);
  for (let k = 0; k < Math.max(lower?.length ?? 0, upper?.length ?? 0); k++) {
    const [low, high] = [lower?.[k] ?? -Infinity, upper?.[k] ?? Infinity];
    if (!(low <= high)) {
      throw mismatch(
        'OUT_OF_RANGE',
        `${name}: bounds of parameter ${k}`,
        'lower ≤ upper',
        [low, high],
        `${low} and ${high}`,
      );
    }
  }
}

/** Tries steps in a shrinking trust region until one lowers the loss or the trust region has converged. */
function descend(
  linearized: Linearization,
  memory: Memory,
  objective: Objective,
  parameters: Float64Array,
  loss: number,
  { initialRadius, tolerance }: Required<Pick<LevenbergMarquardtOptions, 'initialRadius' | 'tolerance'>>,
): void {
  const { factor, scale } = linearized;
  const determined = linearized.isDetermined();
  const scales = linearized.scalesInOrder();
  if (memory.steps === 1) memory.radius = initialRadius * (scaledNorm(scale, parameters) || 1);
  for (;;) {
    const { step, lambda, length } = trustRegionStep(factor, scales, memory.radius, memory.lambda, determined);
    memory.lambda = lambda;
    if (memory.steps === 1) memory.radius = Math.min(memory.radius, length);
    const next = linearized.applyStep(parameters, step);
    const nextLoss = objective.loss(next);
    // The actual and the predicted decrease, both relative to the loss.
    const actual = nextLoss < 100 * loss ? 1 - nextLoss / loss : -1;
    const linear = linearized.linearChange(step) ** 2 / loss;
    const damping = (lambda * length ** 2) / loss;
    const predicted = linear + 2 * damping;
    const ratio = actual / predicted;
    if (!(ratio > 0.25)) {
      const slope = -(linear + damping);
      const shrink = actual >= 0 ? 0.5 : (0.5 * slope) / (slope + 0.5 * actual);
      const part = nextLoss < 100 * loss ? Math.max(0.1, shrink) : 0.1;
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

/**
 * Takes one Gauss–Newton step, or sets `converged`. The criterion is the length of the steps because, near the minimum,
 * rounding hides changes in the loss.
 */
function refine(
  linearized: Linearization,
  memory: Memory,
  objective: Objective,
  parameters: Float64Array,
  loss: number,
): void {
  const { factor, scale } = linearized;
  linearized.pivot();
  const determined = linearized.undetermined().length === 0;
  const scales = linearized.scalesInOrder();
  const step = new Float64Array(factor.n);
  factor.solve(0, scales, step);
  const next = linearized.applyStep(parameters, step);
  const length = scaledNorm(scales, step);
  if (length < memory.shortest) {
    memory.shortest = length;
    memory.sinceShortest = 0;
  } else memory.sinceShortest++;
  const isShort = memory.sinceShortest < maxSinceShortest && length <= maxRefinement * scaledNorm(scale, parameters);
  if (determined && isShort && objective.loss(next) <= loss * (1 + 1e-9)) {
    parameters.set(next);
  } else {
    memory.converged = 1;
  }
}
