/** Adam that looks ahead along its momentum, as Nesterov's does. */
import type { Optimizer } from '@nnbp/core';
import { optimizer } from './optimizer.js';
import { expectOptions } from './options.js';
import type { LearningRate } from './schedule.js';

/** Options of {@link nadam}. */
export interface NadamOptions {
  /** Default 0.002. */
  readonly learningRate?: LearningRate;
  /** How much of the mean gradient is kept. Default 0.9. */
  readonly beta1?: number;
  /** How much of the mean squared gradient is kept. Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the mean square. Default 1e-8. */
  readonly epsilon?: number;
  /** Added to the gradient, times the parameter. Default 0. */
  readonly weightDecay?: number;
  /** How fast the momentum grows to `beta1`. Default 0.004. */
  readonly momentumDecay?: number;
}

/**
 * With $\mu_n = \beta_1 (1 - \frac12 0.96^{n \psi})$ and $\Pi_n = \mu_1 \cdots \mu_n$:
 * $p \leftarrow p - \eta \left(\frac{1 - \mu_n}{1 - \Pi_n} g + \frac{\mu_{n+1}}{1 - \Pi_{n+1}} m\right) /
 * (\sqrt{v / (1 - \beta_2^n)} + \epsilon)$, with $m$ and $v$ as in Adam (Dozat 2016; PyTorch's `NAdam`).
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
    learningRate,
    vectors: { mean: 0, square: 0 },
    numbers: { product: 1 },
    update(parameters, gradients, { mean, square }, { rate, number }, numbers) {
      const current = momentum(number);
      const next = momentum(number + 1);
      numbers.product *= current;
      const ofGradient = (rate * (1 - current)) / (1 - numbers.product);
      const ofMean = (rate * next) / (1 - numbers.product * next);
      const correction = 1 - beta2 ** number;
      for (let k = 0; k < parameters.length; k++) {
        const g = gradients[k] + weightDecay * parameters[k];
        mean[k] += (1 - beta1) * (g - mean[k]);
        square[k] = beta2 * square[k] + (1 - beta2) * g * g;
        const size = Math.sqrt(square[k] / correction) + epsilon;
        parameters[k] -= (ofGradient * g) / size + (ofMean * mean[k]) / size;
      }
    },
  });
}
