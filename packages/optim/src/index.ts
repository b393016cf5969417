export { adagrad, type AdagradOptions } from './adagrad.js';
export { adam, type AdamOptions, adamw } from './adam.js';
export { chain, type GradientTransform } from './chain.js';
export { lbfgs, type LbfgsOptions } from './lbfgs.js';
export {
  levenbergMarquardt,
  type LevenbergMarquardt,
  type LevenbergMarquardtOptions,
} from './least-squares/levenberg-marquardt.js';
export { lion, type LionOptions } from './lion.js';
export { TriangularFactor } from './least-squares/triangular-factor.js';
export { nadam, type NadamOptions } from './nadam.js';
export { rmsprop, type RmspropOptions } from './rmsprop.js';
export { rprop, type RpropOptions } from './rprop.js';
export type { LearningRate, Schedule } from './schedule.js';
export { cosine, exponentialDecay, oneCycle, plateau, type PlateauOptions, stepDecay } from './schedules.js';
export { sgd, type SgdOptions } from './sgd.js';
export { clipByNorm, clipByValue, decayWeights, l1Penalty } from './transforms.js';
export type { OptimizerRecord } from './record.js';
export { type OptimizerName, optimizerRecords, type TransformName } from './records.js';
