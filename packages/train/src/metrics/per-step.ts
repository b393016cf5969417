/** A metric for each step of sequences. */
import type { Metric, MetricCount } from './metric.js';

/**
 * Computes a metric for each step of the sequences. The result is an array: the metric over all samples that have a
 * target at step 0, at step 1, and so on. The name is that of the metric followed by `PerStep`, such as
 * `accuracyPerStep`.
 *
 * @example
 * ```ts
 * import { meanAbsoluteError, perStep } from '@nnbp/train';
 *
 * const count = perStep(meanAbsoluteError()).start(1);
 * count.add([3], [4], 0);
 * count.add([3], [3], 1);
 * count.add([5], [2], 1);
 * count.result(); // [1, 1.5]
 * ```
 */
export const perStep = (metric: Metric): Metric => ({
  name: `${metric.name}PerStep`,
  start(outputCount) {
    const counts: MetricCount[] = [];
    return {
      add(output, target, step) {
        while (counts.length <= step) counts.push(metric.start(outputCount));
        counts[step].add(output, target, step);
      },
      result: () => counts.map((count) => count.result()),
    };
  },
});
