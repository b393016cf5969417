/** Adagrad: divides each step by the root of the sum of all squared gradients of the parameter. */
import type { Optimizer } from '@nnbp/core';
import { optimizer } from './optimizer.js';
import { expectOptions } from './options.js';
import type { OptimizerRecord } from './record.js';
import type { LearningRate } from './schedule.js';

/** Options of {@link adagrad}. */
export interface AdagradOptions {
  /** The learning rate: a number ≥ 0 or a schedule. Default: 0.01. */
  readonly learningRate?: LearningRate;
  /** The learning rate is divided by 1 + `learningRateDecay` · the number of previous steps. Default: 0. */
  readonly learningRateDecay?: number;
  /** Initial value of the sums of squares. Default: 0. */
  readonly initialSum?: number;
  /** Added to the root to avoid division by 0. Default: 1e-10. */
  readonly epsilon?: number;
  /** L2 penalty: `weightDecay` times the parameter is added to its gradient. Default: 0. */
  readonly weightDecay?: number;
}

/**
 * Adagrad: $s \leftarrow s + g^2$; $p \leftarrow p - \eta g / (\sqrt{s} + \epsilon)$ (Duchi et al. 2011). Here, $p$ is a
 * parameter, $g$ its gradient and $\eta$ the learning rate. Equals PyTorch's `Adagrad`.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  const { learningRate = 0.01, learningRateDecay = 0, initialSum = 0, epsilon = 1e-10, weightDecay = 0 } = options;
  expectOptions('adagrad', { learningRateDecay, initialSum, epsilon, weightDecay });
  return optimizer({
    name: 'adagrad',
    options: { learningRateDecay, initialSum, epsilon, weightDecay },
    learningRate,
    vectors: { sum: initialSum },
    scalars: ({ rate, number }) => ({ rate: rate / (1 + (number - 1) * learningRateDecay), weightDecay, epsilon }),
    update(parameters, gradients, { sum }, { rate }) {
      for (let k = 0; k < parameters.length; k++) {
        const g = gradients[k] + weightDecay * parameters[k];
        sum[k] += g * g;
        parameters[k] -= (rate * g) / (Math.sqrt(sum[k]) + epsilon);
      }
    },
  });
}

/** See {@link OptimizerRecord}. */
export const adagradRecord: OptimizerRecord = {
  make: adagrad,
  options: {
    learningRate: { default: 0.01, symbol: '\\eta' },
    learningRateDecay: { default: 0, symbol: '\\gamma' },
    initialSum: { default: 0, symbol: 's_0' },
    epsilon: { default: 1e-10, symbol: '\\epsilon' },
    weightDecay: { default: 0, symbol: '\\lambda' },
  },
  formula: 's \\leftarrow s + g^2, \\quad p \\leftarrow p - \\eta g / (\\sqrt{s} + \\epsilon)',
};
