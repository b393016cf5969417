/** Validation of targets, shared by several losses. */

/** Returns what is wrong with a target that is not a probability, or undefined if the target is valid. */
export const probabilityProblem = (t: number): string | undefined =>
  t >= 0 && t <= 1 ? undefined : `expected a probability from 0 to 1, received ${t}`;

/** Returns what is wrong with a target that is not ≥ 0, or undefined if the target is valid. */
export const nonNegativeProblem = (t: number): string | undefined =>
  t >= 0 ? undefined : `expected a number ≥ 0, received ${t}`;
