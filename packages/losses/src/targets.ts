/** Checks of targets that several losses share. */

/** The problem with a target that is not a probability; undefined for a probability. */
export const probability = (t: number): string | undefined =>
  t >= 0 && t <= 1 ? undefined : `expected a probability from 0 to 1, received ${t}`;

/** The problem with a negative target; undefined for a number ≥ 0. */
export const nonNegative = (t: number): string | undefined =>
  t >= 0 ? undefined : `expected a number ≥ 0, received ${t}`;
