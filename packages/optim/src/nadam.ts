/** NAdam: Adam with Nesterov momentum. */
import type { Optimizer } from '@nnbp/core';
import { optimizer } from './optimizer.js';
import { expectOptions } from './options.js';
import type { OptimizerRecord } from './record.js';
import type { LearningRate } from './schedule.js';

/** Options of {@link nadam}. */
export interface NadamOptions {
  /** The learning rate: a number ≥ 0 or a schedule. Default: 0.002. */
  readonly learningRate?: LearningRate;
  /** Decay of the running mean of the gradient, below 1. Default: 0.9. */
  readonly beta1?: number;
  /** Decay of the running mean of the squared gradient, below 1. Default: 0.999. */
  readonly beta2?: number;
  /** Added to the root of the mean square to avoid division by 0. Default: 1e-8. */
  readonly epsilon?: number;
  /** L2 penalty: `weightDecay` times the parameter is added to its gradient. Default: 0. */
  readonly weightDecay?: number;
  /** The rate at which the momentum increases to `beta1`. Default: 0.004. */
  readonly momentumDecay?: number;
}

/**
 * NAdam, with $\mu_n = \beta_1 (1 - \frac12 0.96^{n \psi})$ and $\Pi_n = \mu_1 \cdots \mu_n$: $p \leftarrow p - \eta
 * \left(\frac{1 - \mu_n}{1 - \Pi_n} g + \frac{\mu_{n+1}}{1 - \Pi_{n+1}} m\right) / (\sqrt{v / (1 - \beta_2^n)} +
 * \epsilon)$, where $\psi$ is the momentum decay and the other symbols are those of `adam` (Dozat 2016). Equals
 * PyTorch's `NAdam`.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function nadam(options: NadamOptions = {}): Optimizer {
  const { learningRate = 0.002, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const { weightDecay = 0, momentumDecay = 0.004 } = options;
  expectOptions('nadam', { beta1, beta2 }, 1);
  expectOptions('nadam', { epsilon, weightDecay, momentumDecay });
  const momentum = (n: number) => beta1 * (1 - 0.5 * 0.96 ** (n * momentumDecay));
  return optimizer({
    name: 'nadam',
    options: { beta1, beta2, epsilon, weightDecay, momentumDecay },
    learningRate,
    vectors: { mean: 0, square: 0 },
    numbers: { product: 1 },
    scalars({ rate, number }, { product }) {
      const current = momentum(number);
      const next = momentum(number + 1);
      return {
        gradientFactor: (rate * (1 - current)) / (1 - product * current),
        meanFactor: (rate * next) / (1 - product * current * next),
        weightDecay,
        beta1,
        oneMinusBeta1: 1 - beta1,
        beta2,
        oneMinusBeta2: 1 - beta2,
        correction: 1 / Math.sqrt(1 - beta2 ** number),
        epsilon,
      };
    },
    advance({ number }, numbers) {
      numbers.product *= momentum(number);
    },
    update(
      parameters,
      gradients,
      { mean, square },
      { gradientFactor, meanFactor, oneMinusBeta1, oneMinusBeta2, correction },
    ) {
      for (let k = 0; k < parameters.length; k++) {
        const g = gradients[k] + weightDecay * parameters[k];
        mean[k] += oneMinusBeta1 * (g - mean[k]);
        square[k] = beta2 * square[k] + oneMinusBeta2 * g * g;
        parameters[k] -= (gradientFactor * g + meanFactor * mean[k]) / (Math.sqrt(square[k]) * correction + epsilon);
      }
    },
  });
}

/** See {@link OptimizerRecord}. */
export const nadamRecord: OptimizerRecord = {
  make: nadam,
  options: {
    learningRate: { default: 0.002, symbol: '\\eta' },
    beta1: { default: 0.9, symbol: '\\beta_1' },
    beta2: { default: 0.999, symbol: '\\beta_2' },
    epsilon: { default: 1e-8, symbol: '\\epsilon' },
    weightDecay: { default: 0, symbol: '\\lambda' },
    momentumDecay: { default: 0.004, symbol: '\\psi' },
  },
  formula:
    'p \\leftarrow p - \\eta \\left(\\frac{1 - \\mu_n}{1 - \\Pi_n} g + \\frac{\\mu_{n+1}}{1 - \\Pi_{n+1}} m\\right) / (\\sqrt{\\hat v} + \\epsilon)',
};
