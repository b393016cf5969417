/** Each parameter's step divided by the root of the sum of all its squared gradients. */
import type { Optimizer } from '@nnbp/core';
import { optimizer } from './optimizer.js';
import { expectOptions } from './options.js';
import type { LearningRate } from './schedule.js';

/** Options of {@link adagrad}. */
export interface AdagradOptions {
  /** Default 0.01. */
  readonly learningRate?: LearningRate;
  /** The rate is divided by 1 + this times the number of steps before. Default 0. */
  readonly learningRateDecay?: number;
  /** What the sums start from. Default 0. */
  readonly initialSum?: number;
  /** Added to the root. Default 1e-10. */
  readonly epsilon?: number;
  /** Added to the gradient, times the parameter. Default 0. */
  readonly weightDecay?: number;
}

/**
 * $s \leftarrow s + g^2$; $p \leftarrow p - \eta g / (\sqrt{s} + \epsilon)$ (Duchi et al. 2011; PyTorch's `Adagrad`).
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  const { learningRate = 0.01, learningRateDecay = 0, initialSum = 0, epsilon = 1e-10, weightDecay = 0 } = options;
  expectOptions('adagrad', { learningRateDecay, initialSum, epsilon, weightDecay });
  return optimizer({
    name: 'adagrad',
    learningRate,
    vectors: { sum: initialSum },
    update(parameters, gradients, { sum }, { rate, number }) {
      const decayed = rate / (1 + (number - 1) * learningRateDecay);
      for (let k = 0; k < parameters.length; k++) {
        const g = gradients[k] + weightDecay * parameters[k];
        sum[k] += g * g;
        parameters[k] -= (decayed * g) / (Math.sqrt(sum[k]) + epsilon);
      }
    },
  });
}
