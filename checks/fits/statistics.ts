/** Statistics of repeated measurements. */

/** The arithmetic mean. */
export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;

/** The standard deviation of a sample, with n − 1 as the divisor. */
export function deviation(values: readonly number[]): number {
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}

/** The middle value; for an even number of values, the upper of the two middle values. */
export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];
