/**
 * The built-in aggregations as standalone JavaScript, with the same operations in the same order as in
 * @nnbp/aggregations, so that results are bit-identical.
 */
import type { AggregationName } from '@nnbp/aggregations';

/**
 * The source of a function that returns the first of the best entries. `isBetter` is the source of a condition on
 * `value` and `largest`.
 */
const firstBest = (isBetter: string) => `(z) => {
  let largest = z[0];
  for (const value of z) if (${isBetter}) largest = value;
  return largest;
}`;

/** The source of each aggregation, by name. TypeScript requires an entry for every built-in. */
export const aggregationSources = {
  logSumExp: `(z) => {
  let largest = -Infinity;
  for (const value of z) largest = Math.max(largest, value);
  let total = 0;
  for (const value of z) total += Math.exp(value - largest);
  return largest + Math.log(total);
}`,
  max: firstBest('value > largest'),
  maxAbs: firstBest('Math.abs(value) > Math.abs(largest)'),
  mean: `(z) => {
  let total = 0;
  for (const value of z) total += value;
  return total / z.length;
}`,
  median: `(z) => {
  const sorted = Array.from(z).sort((a, b) => a - b);
  const [low, high] = [(z.length - 1) >> 1, z.length >> 1];
  return low === high ? sorted[low] : sorted[low] / 2 + sorted[high] / 2;
}`,
  min: firstBest('value < largest').replaceAll('largest', 'smallest'),
  product: `(z) => {
  if (z.length === 2) return z[0] * z[1];
  // mantissa · 2^exponent: no partial product overflows or underflows unless the full product does.
  let mantissa = 1;
  let exponent = 0;
  const multiply = (value, change) => {
    mantissa *= value;
    exponent += change;
    for (; Math.abs(mantissa) >= 2 ** 400; exponent += 400) mantissa /= 2 ** 400;
    for (; Math.abs(mantissa) < 2 ** -400 && mantissa !== 0; exponent -= 400) mantissa /= 2 ** -400;
  };
  for (const value of z) {
    const size = Math.abs(value);
    if (size >= 2 ** 400) multiply(value / 2 ** 400, 400);
    else if (size < 2 ** -400 && size > 0) multiply(value / 2 ** -400, -400);
    else multiply(value, 0);
  }
  let result = mantissa;
  for (let left = exponent; left !== 0 && result !== 0 && Number.isFinite(result); ) {
    const step = Math.max(-400, Math.min(400, left));
    result *= 2 ** step;
    left -= step;
  }
  return result;
}`,
  sum: `(z) => {
  let total = 0;
  for (const value of z) total += value;
  return total;
}`,
} satisfies Readonly<Record<AggregationName, string>>;
