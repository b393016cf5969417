/** Accuracy: the fraction of samples with the correct class. */
import { classOf, hasNoClass, type ClassOptions } from './classes.js';
import type { Metric } from './metric.js';

/**
 * Computes the fraction (0 to 1) of samples whose predicted class is the class of the target. Ignores unknown targets.
 */
export const accuracy = ({ threshold = 0.5 }: ClassOptions = {}): Metric => ({
  name: 'accuracy',
  start() {
    let correct = 0;
    let all = 0;
    return {
      add(output, target) {
        if (hasNoClass(target)) return;
        all++;
        if (classOf(output, threshold) === classOf(target, threshold)) correct++;
      },
      result: () => correct / all,
    };
  },
});
