/** Only the sign of the momentum counts: every parameter moves by the rate, one way or the other. */
import type { Optimizer } from '@nnbp/core';
import { optimizer } from './optimizer.js';
import { expectOptions } from './options.js';
import type { LearningRate } from './schedule.js';

/** Options of {@link lion}. */
export interface LionOptions {
  /** Default 0.0001. */
  readonly learningRate?: LearningRate;
  /** How much of the momentum there is in the direction. Default 0.9. */
  readonly beta1?: number;
  /** How much of the momentum is kept. Default 0.99. */
  readonly beta2?: number;
  /** The parameter shrinks by rate times this. Default 0. */
  readonly weightDecay?: number;
}

/**
 * $p \leftarrow (1 - \eta \lambda) p - \eta \, \mathrm{sign}(\beta_1 m + (1 - \beta_1) g)$, then
 * $m \leftarrow \beta_2 m + (1 - \beta_2) g$ (Chen et al. 2023).
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function lion(options: LionOptions = {}): Optimizer {
  const { learningRate = 0.0001, beta1 = 0.9, beta2 = 0.99, weightDecay = 0 } = options;
  expectOptions('lion', { beta1, beta2 }, 1);
  expectOptions('lion', { weightDecay });
  return optimizer({
    name: 'lion',
    learningRate,
    vectors: { momentum: 0 },
    update(parameters, gradients, { momentum }, { rate }) {
      for (let k = 0; k < parameters.length; k++) {
        const g = gradients[k];
        parameters[k] *= 1 - rate * weightDecay;
        parameters[k] -= rate * Math.sign(beta1 * momentum[k] + (1 - beta1) * g);
        momentum[k] = beta2 * momentum[k] + (1 - beta2) * g;
      }
    },
  });
}
