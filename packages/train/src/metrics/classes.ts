/** Determines the class of an output or a target. */

/**
 * Returns the class: for one number, 1 if it is ≥ the threshold, else 0; for several numbers, the index of the largest.
 */
export function classOf(output: ArrayLike<number>, threshold: number): number {
  if (output.length === 1) return output[0] >= threshold ? 1 : 0;
  let best = 0;
  for (let k = 1; k < output.length; k++) if (output[k] > output[best]) best = k;
  return best;
}

/** Whether a target has no class, because one of its numbers is unknown. */
export function hasNoClass(target: ArrayLike<number>): boolean {
  for (let k = 0; k < target.length; k++) if (Number.isNaN(target[k])) return true;
  return false;
}

/** Options of classification metrics. */
export interface ClassOptions {
  /**
   * If there is one output, the minimum value of class 1, for the output and for the target. Use the default, 0.5, for
   * targets of 0 and 1, and 0 for targets of −1 and 1. If the output is a logit, set `outputTransform` of the network
   * to `sigmoid`, so that metrics receive a probability.
   */
  readonly threshold?: number;
}
