/** The names of the built-in aggregations. */
import type * as exported from './index.js';

/** The name of a built-in aggregation. */
export type AggregationName = keyof typeof exported;
