/** What targets must be, in words for the person who gave others. */

/** A probability. */
export const probability = (t: number): string | undefined =>
  t >= 0 && t <= 1 ? undefined : `expected a probability from 0 to 1, found ${t}`;

/** A number that is not negative. */
export const nonNegative = (t: number): string | undefined =>
  t >= 0 ? undefined : `expected a number from 0 up, found ${t}`;
