/** R²: the fraction of the targets' variance that the network explains. */
import type { Metric } from './metric.js';

/**
 * $R^2 = 1 - \sum (t - x)^2 / \sum (t - \bar t)^2$, the mean over outputs: 1 is perfect, 0 no better than the mean. NaN
 * for an output whose targets are all the same.
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
          // Welford's update: no difference of large sums.
          const before = target[k] - mean[k];
          mean[k] += before / count[k];
          spread[k] += before * (target[k] - mean[k]);
          error[k] += (target[k] - output[k]) ** 2;
        }
      },
      result: () => error.reduce((sum, e, k) => sum + (1 - e / spread[k]), 0) / outputCount,
    };
  },
});
