/** Confusion matrix: true against predicted classes. */
import { classOf, hasNoClass, type ClassOptions } from './classes.js';
import type { Metric } from './metric.js';

/** The number of samples, with a row for each true class and a column for each predicted class. */
export const confusionMatrix = ({ threshold = 0.5 }: ClassOptions = {}): Metric => ({
  name: 'confusionMatrix',
  start(outputCount) {
    const classes = Math.max(2, outputCount);
    const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
    return {
      add(output, target) {
        if (!hasNoClass(target)) counts[classOf(target, threshold)][classOf(output, threshold)]++;
      },
      result: () => counts,
    };
  },
});
