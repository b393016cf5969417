/** Validation of targets, shared by several losses. */

/** Returns undefined if the target is a probability; otherwise, what is wrong with it. */
export const probabilityProblem = (t: number): string | undefined =>
  t >= 0 && t <= 1 ? undefined : `expected a probability from 0 to 1, received ${t}`;

/** Returns undefined if the target is a number ≥ 0; otherwise, what is wrong with it. */
export const nonNegativeProblem = (t: number): string | undefined =>
  t >= 0 ? undefined : `expected a number ≥ 0, received ${t}`;
