/**
 * The kernels of the built-in aggregations, by name. TypeScript requires an entry for each aggregation. The entry is
 * undefined for the sum, which needs no kernel, and for the median, which runs in JavaScript.
 */
import type { AggregationName } from '@nnbp/aggregations';
import type { AggregationKernel } from './kernel.js';
import { max, maxAbs, min } from './largest.js';
import { logSumExp } from './log-sum-exp.js';
import { mean } from './mean.js';
import { product } from './product.js';

export const aggregationKernels = {
  logSumExp,
  max,
  maxAbs,
  mean,
  median: undefined,
  min,
  product,
  sum: undefined,
} satisfies Readonly<Record<AggregationName, AggregationKernel | undefined>>;
