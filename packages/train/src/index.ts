export { classWeights } from './class-weights.js';
export type { Assessment } from './assess.js';
export {
  type CrossValidation,
  type CrossValidationOptions,
  crossValidate,
  type FoldResult,
  type MeanAndDeviation,
} from './cross-validate.js';
export type { Data, Sample, SampleStream, Tables, Target } from './data.js';
export { DivergedError, type DivergenceCause } from './diverged.js';
export type { Dropout } from './dropout.js';
export type { EarlyStoppingOptions, EarlyStoppingState } from './early-stopping.js';
export { evaluate, type EvaluateOptions } from './evaluate.js';
export { type Callback, fit, type FitOptions, type Progress, type Report } from './fit.js';
export { drawGroups, type FoldOptions, type Split, splitsOf } from './folds.js';
export type { Freeze, ParameterName } from './freeze.js';
export { accuracy } from './metrics/accuracy.js';
export type { ClassOptions } from './metrics/classes.js';
export { confusionMatrix } from './metrics/confusion-matrix.js';
export { meanAbsoluteError } from './metrics/mean-absolute-error.js';
export type { Metric, MetricAccumulator, MetricResult } from './metrics/metric.js';
export { perStep } from './metrics/per-step.js';
export { rSquared } from './metrics/r-squared.js';
export { type Importance, permutationImportance, type PermutationOptions } from './permutation-importance.js';
export {
  choice,
  type Distribution,
  logUniform,
  search,
  type SearchOptions,
  type SearchSpace,
  type Trial,
  uniform,
} from './search.js';
export type { Sequence, Sequences, SequenceStream } from './sequences.js';
export { type EpochRecord, type StandardizeOptions, Trainer, type TrainerOptions, type TrainState } from './trainer.js';
