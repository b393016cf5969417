/** Each parameter's step divided by the root of its recent mean squared gradient. */
import type { Optimizer } from '@nnbp/core';
import { optimizer } from './optimizer.js';
import { expectOptions } from './options.js';
import type { LearningRate } from './schedule.js';

/** Options of {@link rmsprop}. */
export interface RmspropOptions {
  /** Default 0.01. */
  readonly learningRate?: LearningRate;
  /** How much of the mean squared gradient is kept. Default 0.99. */
  readonly smoothing?: number;
  /** Added to the root. Default 1e-8. */
  readonly epsilon?: number;
  /** How much of the last step goes on. Default 0. */
  readonly momentum?: number;
  /** Whether the mean gradient is taken out of the mean square. Default false. */
  readonly centered?: boolean;
  /** Added to the gradient, times the parameter. Default 0. */
  readonly weightDecay?: number;
}

/**
 * $v \leftarrow \alpha v + (1 - \alpha) g^2$; $m \leftarrow \mu m + g / (\sqrt{v} + \epsilon)$; $p \leftarrow p - \eta m$.
 * Centered: $v$ less the square of the mean gradient (Hinton 2012; PyTorch's `RMSprop`).
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const { learningRate = 0.01, smoothing = 0.99, epsilon = 1e-8, momentum = 0 } = options;
  const { centered = false, weightDecay = 0 } = options;
  expectOptions('rmsprop', { smoothing, momentum }, 1);
  expectOptions('rmsprop', { epsilon, weightDecay });
  return optimizer({
    name: 'rmsprop',
    learningRate,
    vectors: { square: 0, mean: 0, momentum: 0 },
    update(parameters, gradients, { square, mean, momentum: m }, { rate }) {
      for (let k = 0; k < parameters.length; k++) {
        const g = gradients[k] + weightDecay * parameters[k];
        square[k] = smoothing * square[k] + (1 - smoothing) * g * g;
        if (centered) mean[k] += (1 - smoothing) * (g - mean[k]);
        const variance = centered ? square[k] - mean[k] * mean[k] : square[k];
        m[k] = momentum * m[k] + g / (Math.sqrt(variance) + epsilon);
        parameters[k] -= rate * m[k];
      }
    },
  });
}
