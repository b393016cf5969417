/** Confusion matrix: true classes against predicted classes. */
import { classOf, hasNoClass, type ClassOptions } from './classes.js';
import type { Metric } from './metric.js';

/** Counts samples by class: one row per true class, one column per predicted class. Ignores samples of unknown class. */
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
