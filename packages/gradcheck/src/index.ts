export { type ActivationCheckOptions, checkActivation } from './activation.js';
export { type AggregationCheckOptions, checkAggregation } from './aggregation.js';
export type { Comparison } from './comparison.js';
export { checkLoss, type LossCheckOptions } from './loss.js';
export { checkNetwork, checkSequence, type NetworkCheckOptions } from './network.js';
export { type Exclusion, Report } from './report.js';
