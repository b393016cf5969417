/** Lion: changes every parameter by ± the learning rate, against the sign of a mix of momentum and gradient. */
import type { Optimizer } from '@nnbp/core';
import { optimizer } from './optimizer.js';
import { expectOptions } from './options.js';
import type { OptimizerRecord } from './record.js';
import type { LearningRate } from './schedule.js';

/** Options of {@link lion}. */
export interface LionOptions {
  /** The learning rate: a number ≥ 0 or a schedule. Default: 0.0001. */
  readonly learningRate?: LearningRate;
  /** Weight of the momentum in the update direction, below 1. Default: 0.9. */
  readonly beta1?: number;
  /** Decay of the momentum, below 1. Default: 0.99. */
  readonly beta2?: number;
  /** Decoupled weight decay: the parameter is multiplied by 1 − learning rate · `weightDecay`. Default: 0. */
  readonly weightDecay?: number;
}

/**
 * Lion: $p \leftarrow (1 - \eta \lambda) p - \eta \, \mathrm{sign}(\beta_1 m + (1 - \beta_1) g)$, then
 * $m \leftarrow \beta_2 m + (1 - \beta_2) g$ (Chen et al. 2023). Here, $p$ is a
 * parameter, $g$ its gradient, $m$ its momentum, $\eta$ the learning rate and $\lambda$ the weight decay.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function lion(options: LionOptions = {}): Optimizer {
  const { learningRate = 0.0001, beta1 = 0.9, beta2 = 0.99, weightDecay = 0 } = options;
  expectOptions('lion', { beta1, beta2 }, 1);
  expectOptions('lion', { weightDecay });
  return optimizer({
    name: 'lion',
    options: { beta1, beta2, weightDecay },
    learningRate,
    vectors: { momentum: 0 },
    scalars: ({ rate }) => ({
      rate,
      parameterFactor: 1 - rate * weightDecay,
      beta1,
      oneMinusBeta1: 1 - beta1,
      beta2,
      oneMinusBeta2: 1 - beta2,
    }),
    update(parameters, gradients, { momentum }, { rate, parameterFactor, oneMinusBeta1, oneMinusBeta2 }) {
      for (let k = 0; k < parameters.length; k++) {
        const g = gradients[k];
        parameters[k] = parameterFactor * parameters[k] - rate * Math.sign(beta1 * momentum[k] + oneMinusBeta1 * g);
        momentum[k] = beta2 * momentum[k] + oneMinusBeta2 * g;
      }
    },
  });
}

/** See {@link OptimizerRecord}. */
export const lionRecord: OptimizerRecord = {
  make: lion,
  options: {
    learningRate: { default: 0.0001, symbol: '\\eta' },
    beta1: { default: 0.9, symbol: '\\beta_1' },
    beta2: { default: 0.99, symbol: '\\beta_2' },
    weightDecay: { default: 0, symbol: '\\lambda' },
  },
  formula: 'p \\leftarrow (1 - \\eta \\lambda) p - \\eta \\, \\mathrm{sign}(\\beta_1 m + (1 - \\beta_1) g)',
};
