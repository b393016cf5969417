/** RMSprop: divides each step by the root of a running mean of the squared gradient. */
import type { Optimizer } from '@nnbp/core';
import { optimizer } from './optimizer.js';
import { expectOptions } from './options.js';
import type { OptimizerRecord } from './record.js';
import type { LearningRate } from './schedule.js';

/** Options of {@link rmsprop}. */
export interface RmspropOptions {
  /** The learning rate: a number ≥ 0 or a schedule. Default: 0.01. */
  readonly learningRate?: LearningRate;
  /** Decay of the running mean of the squared gradient, below 1. Default: 0.99. */
  readonly smoothing?: number;
  /** Added to the root to avoid division by 0. Default: 1e-8. */
  readonly epsilon?: number;
  /** Momentum, below 1: the fraction of the previous step that is added to the current one. Default: 0. */
  readonly momentum?: number;
  /** Whether to subtract the square of the mean gradient from the mean square. Default: false. */
  readonly centered?: boolean;
  /** L2 penalty: `weightDecay` times the parameter is added to its gradient. Default: 0. */
  readonly weightDecay?: number;
}

/**
 * RMSprop: $v \leftarrow \alpha v + (1 - \alpha) g^2$; $m \leftarrow \mu m + g / (\sqrt{v} + \epsilon)$;
 * $p \leftarrow p - \eta m$ (Hinton 2012). Here, $p$ is a parameter, $g$ its gradient, $\alpha$ the smoothing, $\mu$ the
 * momentum and $\eta$ the learning rate. If `centered`, the square of the mean gradient is subtracted from $v$ before
 * the root. Equals PyTorch's `RMSprop`.
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
    options: { smoothing, epsilon, momentum, centered: Number(centered), weightDecay },
    learningRate,
    vectors: { square: 0, ...(centered && { mean: 0 }), ...(momentum > 0 && { momentum: 0 }) },
    scalars: ({ rate }) => ({ rate, weightDecay, smoothing, oneMinusSmoothing: 1 - smoothing, epsilon, momentum }),
    update(parameters, gradients, { square, mean, momentum: m }, { rate, oneMinusSmoothing }) {
      for (let k = 0; k < parameters.length; k++) {
        const g = gradients[k] + weightDecay * parameters[k];
        square[k] = smoothing * square[k] + oneMinusSmoothing * g * g;
        let variance = square[k];
        if (centered) {
          mean[k] += oneMinusSmoothing * (g - mean[k]);
          // If all gradients are equal, rounding can make the variance negative.
          variance = Math.max(variance - mean[k] * mean[k], 0);
        }
        let step = g / (Math.sqrt(variance) + epsilon);
        if (momentum > 0) {
          m[k] = momentum * m[k] + step;
          step = m[k];
        }
        parameters[k] -= rate * step;
      }
    },
  });
}

/** See {@link OptimizerRecord}. */
export const rmspropRecord: OptimizerRecord = {
  make: ({ centered, ...options }) => rmsprop({ ...options, centered: centered === 1 }),
  options: {
    learningRate: { default: 0.01, symbol: '\\eta' },
    smoothing: { default: 0.99, symbol: '\\alpha' },
    epsilon: { default: 1e-8, symbol: '\\epsilon' },
    momentum: { default: 0, symbol: '\\mu' },
    centered: { default: 0, symbol: '' },
    weightDecay: { default: 0, symbol: '\\lambda' },
  },
  formula: 'v \\leftarrow \\alpha v + (1 - \\alpha) g^2, \\quad p \\leftarrow p - \\eta g / (\\sqrt{v} + \\epsilon)',
};
