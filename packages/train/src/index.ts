export type { Assessment } from './assess.js';
export type { Data, Sample, SampleStream, Tables } from './data.js';
export { DivergedError, type DivergenceCause } from './diverged.js';
export type { EarlyStoppingOptions, EarlyStoppingState } from './early-stopping.js';
export { evaluate, type EvaluateOptions } from './evaluate.js';
export {
  type Callback,
  type EpochRecord,
  fit,
  type FitOptions,
  type Progress,
  type Report,
  type StandardizeOptions,
  type TrainState,
} from './fit.js';
export { accuracy } from './metrics/accuracy.js';
export type { ClassOptions } from './metrics/classes.js';
export { confusionMatrix } from './metrics/confusion-matrix.js';
export { meanAbsoluteError } from './metrics/mean-absolute-error.js';
export type { Metric, MetricCount, MetricResult } from './metrics/metric.js';
export { rSquared } from './metrics/r-squared.js';
