/** Mean absolute error. */
import type { Metric } from './metric.js';

/**
 * Computes the mean of |output − target| over samples and outputs, in the units of the targets. Ignores unknown targets.
 */
export const meanAbsoluteError = (): Metric => ({
  name: 'meanAbsoluteError',
  start() {
    let sum = 0;
    let count = 0;
    return {
      add(output, target) {
        for (let k = 0; k < target.length; k++) {
          if (Number.isNaN(target[k])) continue;
          sum += Math.abs(output[k] - target[k]);
          count++;
        }
      },
      result: () => sum / count,
    };
  },
});
