export { type ActivationCheckOptions, checkActivation } from './activation.js';
export { checkLoss, type LossCheckOptions } from './loss.js';
export { checkNetwork, type NetworkCheckOptions } from './network.js';
export { type Comparison, type Exclusion, Report } from './report.js';
