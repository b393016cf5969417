/** Accuracy: the fraction of samples whose class is predicted correctly. */
import { classOf, hasNoClass, type ClassOptions } from './classes.js';
import type { Metric } from './metric.js';

/**
 * Computes the fraction (0 to 1) of samples whose predicted class is the class of the target. Ignores samples whose
 * target is unknown (NaN).
 */
export const accuracy = ({ threshold = 0.5 }: ClassOptions = {}): Metric => ({
  name: 'accuracy',
  start() {
    let correct = 0;
    let count = 0;
    return {
      add(output, target) {
        if (hasNoClass(target)) return;
        count++;
        if (classOf(output, threshold) === classOf(target, threshold)) correct++;
      },
      result: () => correct / count,
    };
  },
});
