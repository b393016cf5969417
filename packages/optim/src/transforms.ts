/** Transforms of the gradient that run before the optimizer; see `chain`. */
import type { GradientTransform } from './chain.js';
import { expectOptions } from './options.js';

/**
 * Clips every entry of the gradient to ±`limit`.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function clipByValue(limit: number): GradientTransform {
  expectOptions('clipByValue', { limit });
  return {
    name: 'clipByValue',
    builtin: { name: 'clipByValue', options: { limit } },
    transform(gradients) {
      for (let k = 0; k < gradients.length; k++) gradients[k] = Math.max(-limit, Math.min(limit, gradients[k]));
    },
  };
}

/**
 * Scales the gradient to the norm `limit` if its norm $\sqrt{\sum g^2}$ is larger, and keeps its direction. Correct
 * even if a square would overflow.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function clipByNorm(limit: number): GradientTransform {
  expectOptions('clipByNorm', { limit });
  return {
    name: 'clipByNorm',
    builtin: { name: 'clipByNorm', options: { limit } },
    transform(gradients) {
      let largest = 0;
      for (let k = 0; k < gradients.length; k++) largest = Math.max(largest, Math.abs(gradients[k]));
      if (largest === 0) return;
      let squares = 0;
      for (let k = 0; k < gradients.length; k++) squares += (gradients[k] / largest) ** 2;
      const relative = Math.sqrt(squares);
      if (largest * relative <= limit) return;
      for (let k = 0; k < gradients.length; k++) gradients[k] = (gradients[k] / largest / relative) * limit;
    },
  };
}

/**
 * L1 regularization, which drives unimportant parameters to 0. For each parameter p, adds the derivative of rate · |p|
 * to the gradient: `rate` times the sign of p, or 0 if p is 0.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function l1Penalty(rate: number): GradientTransform {
  expectOptions('l1Penalty', { rate });
  return {
    name: 'l1Penalty',
    builtin: { name: 'l1Penalty', options: { rate } },
    transform(gradients, parameters) {
      for (let k = 0; k < gradients.length; k++) gradients[k] += rate * Math.sign(parameters[k]);
    },
  };
}

/**
 * L2 regularization for any optimizer: adds `rate` times the parameter to its gradient.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function decayWeights(rate: number): GradientTransform {
  expectOptions('decayWeights', { rate });
  return {
    name: 'decayWeights',
    builtin: { name: 'decayWeights', options: { rate } },
    transform(gradients, parameters) {
      for (let k = 0; k < gradients.length; k++) gradients[k] += rate * parameters[k];
    },
  };
}
