/** Gradient-checks a loss. */
import { type Loss, NnbpError, Random } from '@nnbp/core';
import type { Comparison } from './comparison.js';
import { differentiate } from './differences.js';
import { type Exclusion, Report } from './report.js';

/** Options of {@link checkLoss}. */
export interface LossCheckOptions {
  /** Number of output nodes. Default: 1, 2 and 5 in turn. */
  readonly outputs?: number;
  /** Number of samples. Default: 30. */
  readonly samples?: number;
  /** Range of the random outputs. Default: [−3, 3], or [0.02, 0.98] for a loss that is NaN outside [0, 1]. */
  readonly x?: readonly [low: number, high: number];
  /**
   * Draws a target vector. By default, targets are numbers from −2 to 2, numbers from 0 to 1, ±1, integers from 0 to 4,
   * and one-hot vectors, in turn. Kinds that the loss rejects are skipped.
   */
  readonly target?: (random: Random, outputs: number) => readonly number[];
  /** Seed of the random outputs and targets. Default: 0. */
  readonly seed?: number;
  /** Allowed relative error, in addition to the estimated error of the finite differences. Default: 1e-7. */
  readonly relativeTolerance?: number;
}

type TargetFamily = NonNullable<LossCheckOptions['target']>;

const draw = (make: (random: Random) => number): TargetFamily => {
  return (random, outputs) => Array.from({ length: outputs }, () => make(random));
};

const families: readonly TargetFamily[] = [
  draw((random) => 4 * random.uniform() - 2),
  draw((random) => random.uniform()),
  draw((random) => (random.uniform() < 0.5 ? -1 : 1)),
  draw((random) => Math.floor(5 * random.uniform())),
  (random, outputs) => {
    const hot = Math.floor(random.uniform() * outputs);
    return Array.from({ length: outputs }, (_, k) => Number(k === hot));
  },
];

/**
 * Compares the derivative of a loss with central differences of its value, for every output of random samples. Outputs
 * closer than 1e-6 to a declared kink are skipped and listed in the report.
 *
 * @throws NnbpError `EMPTY_DATA` if the loss accepts none of the random targets; set `target` to fix this
 *
 * @example
 * ```ts
 * import { checkLoss } from '@nnbp/gradcheck';
 * import { mse } from '@nnbp/losses';
 *
 * checkLoss(mse()).ok; // true
 * ```
 */
export function checkLoss(loss: Loss, options: LossCheckOptions = {}): Report {
  const { samples = 30, seed = 0, relativeTolerance = 1e-7 } = options;
  const random = new Random(seed);
  const comparisons: Comparison[] = [];
  const excluded: Exclusion[] = [];
  const violations: string[] = [];
  const [low, high] = options.x ?? domain(loss);
  let acceptsAny = false;
  for (let s = 0; s < samples; s++) {
    const outputs = options.outputs ?? [1, 2, 5][s % 3];
    const accepted = (options.target ? [options.target] : families)
      .map((family) => family(random, outputs))
      .filter((candidate) => loss.targetProblem?.(candidate) === undefined);
    if (accepted.length === 0) continue;
    acceptsAny = true;
    const t = accepted[s % accepted.length];
    const x = Array.from({ length: outputs }, () => low + (high - low) * random.uniform());
    const analytic = new Float64Array(outputs).fill(NaN);
    loss.derivative(x, t, analytic);
    const again = new Float64Array(outputs).fill(1e300);
    loss.derivative(x, t, again);
    for (let k = 0; k < outputs; k++) {
      const name = `sample ${s}, dloss/dx_${k}`;
      if (!Object.is(analytic[k], again[k])) {
        violations.push(`${name}: depends on the previous content of dLossDx. Write every entry and do not read any.`);
        continue;
      }
      const distanceToKink = Math.min(...(loss.kinks?.(t[k]) ?? []).map((kink) => Math.abs(kink - x[k])), Infinity);
      if (distanceToKink < 1e-6) {
        excluded.push({ name, reason: 'a declared kink' });
        continue;
      }
      const along = (value: number) => loss.value([...x.slice(0, k), value, ...x.slice(k + 1)], t);
      const distanceToBound = options.x === undefined && low > 0 ? Math.min(x[k], 1 - x[k]) : Infinity;
      const numeric = differentiate(along, x[k], Math.min(0.1, distanceToKink / 2, distanceToBound / 2));
      comparisons.push({
        name,
        analytic: analytic[k],
        numeric: numeric.value,
        tolerance: 10 * numeric.error + relativeTolerance * Math.abs(numeric.value) + 1e-13,
        at: x[k],
        value: along(x[k]),
      });
    }
  }
  if (!acceptsAny)
    throw new NnbpError(
      'EMPTY_DATA',
      `${loss.name} accepts none of the random targets. Pass the option target to draw valid targets.`,
    );
  return new Report(`Loss ${loss.name}`, comparisons, excluded, violations);
}

/** Returns the default range of outputs. A loss that is NaN outside [0, 1] expects probabilities. */
function domain(loss: Loss): readonly [number, number] {
  return Number.isNaN(loss.value([-1], [1])) || Number.isNaN(loss.value([2], [0])) ? [0.02, 0.98] : [-3, 3];
}
