/** R²: the fraction of the targets' variance that the network explains. */
import type { Metric } from './metric.js';

/**
 * $R^2 = 1 - \sum (t - x)^2 / \sum (t - \bar t)^2$, averaged over the outputs. 1 is perfect; 0 is no better than always
 * predicting the mean target. Not finite if all targets of an output are equal. Ignores unknown targets.
 */
export const rSquared = (): Metric => ({
  name: 'rSquared',
  start(outputCount) {
    const zeros = () => new Float64Array(outputCount);
    const [mean, spread, error, count] = [zeros(), zeros(), zeros(), zeros()];
    return {
      add(output, target) {
        for (let k = 0; k < outputCount; k++) {
          if (Number.isNaN(target[k])) continue;
          count[k]++;
          // Welford's algorithm, which avoids the difference of two large sums.
          const deviation = target[k] - mean[k];
          mean[k] += deviation / count[k];
          spread[k] += deviation * (target[k] - mean[k]);
          error[k] += (target[k] - output[k]) ** 2;
        }
      },
      result: () => error.reduce((sum, e, k) => sum + (1 - e / spread[k]), 0) / outputCount,
    };
  },
});
