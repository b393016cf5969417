/** Computes a metric separately for each step of the sequences. */
import type { Metric, MetricAccumulator } from './metric.js';

/**
 * Computes a metric for each step of the sequences. The result is an array: entry k is the metric over all sequences
 * that have a target at step k. The name of the new metric is the name of `metric` followed by `PerStep`, such as
 * `accuracyPerStep`.
 *
 * @example
 * ```ts
 * import { meanAbsoluteError, perStep } from '@nnbp/train';
 *
 * const accumulator = perStep(meanAbsoluteError()).start(1);
 * accumulator.add([3], [4], 0);
 * accumulator.add([3], [3], 1);
 * accumulator.add([5], [2], 1);
 * accumulator.result(); // [1, 1.5]
 * ```
 */
export const perStep = (metric: Metric): Metric => ({
  name: `${metric.name}PerStep`,
  start(outputCount) {
    const accumulators: MetricAccumulator[] = [];
    return {
      add(output, target, step) {
        while (accumulators.length <= step) accumulators.push(metric.start(outputCount));
        accumulators[step].add(output, target, step);
      },
      result: () => accumulators.map((accumulator) => accumulator.result()),
    };
  },
});
