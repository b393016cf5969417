/** The optimizers Adam and AdamW (Adam with decoupled weight decay). */
import type { Optimizer } from '@nnbp/core';
import { optimizer } from './optimizer.js';
import { expectOptions } from './options.js';
import type { OptimizerRecord } from './record.js';
import type { LearningRate } from './schedule.js';

/** Options of {@link adam} and {@link adamw}. */
export interface AdamOptions {
  /** The learning rate: a number ≥ 0 or a schedule. Default: 0.001. */
  readonly learningRate?: LearningRate;
  /** Decay of the running mean of the gradient, below 1. Default: 0.9. */
  readonly beta1?: number;
  /** Decay of the running mean of the squared gradient, below 1. Default: 0.999. */
  readonly beta2?: number;
  /** Added to the root of the mean square to avoid division by 0. Default: 1e-8. */
  readonly epsilon?: number;
  /**
   * Weight decay. `adam` adds `weightDecay` times the parameter to its gradient (default: 0); `adamw` multiplies the
   * parameter by 1 − learning rate · `weightDecay` (default: 0.01).
   */
  readonly weightDecay?: number;
}

/**
 * Adam: $g \leftarrow g + \lambda p$; $m \leftarrow \beta_1 m + (1 - \beta_1) g$;
 * $v \leftarrow \beta_2 v + (1 - \beta_2) g^2$;
 * $p \leftarrow p - \frac{\eta}{1 - \beta_1^n} \, m / (\sqrt{v / (1 - \beta_2^n)} + \epsilon)$ at step $n$ (Kingma and
 * Ba 2015). Here, $p$ is a parameter, $g$ its gradient, $\eta$ the learning rate and $\lambda$ the weight decay; $m$ and
 * $v$ are 0 before step 1. Equals PyTorch's `Adam`.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export const adam = (options: AdamOptions = {}): Optimizer => make('adam', options, 0);

/**
 * Adam with decoupled weight decay: $p \leftarrow (1 - \eta \lambda) p$ before each step, instead of a term in the
 * gradient (Loshchilov and Hutter 2019). The symbols are those of {@link adam}. Equals PyTorch's `AdamW`.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export const adamw = (options: AdamOptions = {}): Optimizer => make('adamw', options, 0.01);

function make(name: 'adam' | 'adamw', options: AdamOptions, defaultDecay: number): Optimizer {
  const { learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = defaultDecay } = options;
  expectOptions(name, { beta1, beta2 }, 1);
  expectOptions(name, { epsilon, weightDecay });
  const decoupled = name === 'adamw';
  return optimizer({
    name,
    options: { beta1, beta2, epsilon, weightDecay },
    learningRate,
    vectors: { mean: 0, square: 0 },
    scalars: ({ rate, number }) => ({
      rate: rate / (1 - beta1 ** number),
      parameterFactor: decoupled ? 1 - rate * weightDecay : 1,
      decay: decoupled ? 0 : weightDecay,
      beta1,
      oneMinusBeta1: 1 - beta1,
      beta2,
      oneMinusBeta2: 1 - beta2,
      correction: 1 / Math.sqrt(1 - beta2 ** number),
      epsilon,
    }),
    update(
      parameters,
      gradients,
      { mean, square },
      { rate, parameterFactor, decay, oneMinusBeta1, oneMinusBeta2, correction },
    ) {
      for (let k = 0; k < parameters.length; k++) {
        const g = gradients[k] + decay * parameters[k];
        mean[k] += oneMinusBeta1 * (g - mean[k]);
        square[k] = beta2 * square[k] + oneMinusBeta2 * g * g;
        parameters[k] =
          parameterFactor * parameters[k] - (rate * mean[k]) / (Math.sqrt(square[k]) * correction + epsilon);
      }
    },
  });
}

// PURE marks these calls as free of side effects, so that bundlers can drop records that are not used.
/** See {@link OptimizerRecord}. */
export const adamRecord = /* @__PURE__ */ record(adam, 0, 'p');
/** See {@link OptimizerRecord}. */
export const adamwRecord = /* @__PURE__ */ record(adamw, 0.01, '(1 - \\eta \\lambda) p');

function record(make: OptimizerRecord['make'], weightDecay: number, decayedParameter: string): OptimizerRecord {
  return {
    make,
    options: {
      learningRate: { default: 0.001, symbol: '\\eta' },
      beta1: { default: 0.9, symbol: '\\beta_1' },
      beta2: { default: 0.999, symbol: '\\beta_2' },
      epsilon: { default: 1e-8, symbol: '\\epsilon' },
      weightDecay: { default: weightDecay, symbol: '\\lambda' },
    },
    formula: `p \\leftarrow ${decayedParameter} - \\eta \\, \\hat m / (\\sqrt{\\hat v} + \\epsilon)`,
  };
}
