/** What can be done to a gradient before it is used. */
import type { GradientTransform } from './chain.js';
import { expectOptions } from './options.js';

/**
 * Cuts every entry off at ±`limit`.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function clipByValue(limit: number): GradientTransform {
  expectOptions('clipByValue', { limit });
  return {
    name: 'clipByValue',
    transform(gradients) {
      for (let k = 0; k < gradients.length; k++) gradients[k] = Math.max(-limit, Math.min(limit, gradients[k]));
    },
  };
}

/**
 * Shortens the whole gradient to the length `limit` where it is longer: its direction stays. Length is
 * $\sqrt{\sum g^2}$, computed so that it overflows only if it must.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function clipByNorm(limit: number): GradientTransform {
  expectOptions('clipByNorm', { limit });
  return {
    name: 'clipByNorm',
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
 * Adds `rate` times the parameter to its gradient (L2 regularisation), for any optimizer.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function decayWeights(rate: number): GradientTransform {
  expectOptions('decayWeights', { rate });
  return {
    name: 'decayWeights',
    transform(gradients, parameters) {
      for (let k = 0; k < gradients.length; k++) gradients[k] += rate * parameters[k];
    },
  };
}
