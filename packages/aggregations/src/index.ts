export type { AggregationName } from './name.js';
export { logSumExp } from './log-sum-exp.js';
export { max } from './max.js';
export { maxAbs } from './max-abs.js';
export { mean } from './mean.js';
export { median } from './median.js';
export { min } from './min.js';
export { product } from './product.js';
export { sum } from './sum.js';
