/** Cross-validation: for each fold, trains a network on the other folds and tests it on this one. */
import { type Network, NnbpError } from '@nnbp/core';
import { areSequences, type Data, isStream, tablesOf } from './data.js';
import { evaluate } from './evaluate.js';
import { fit, type FitOptions, type Report } from './fit.js';
import { type FoldOptions, type Split, splitsOf, validationSplit } from './folds.js';
import type { MetricResult } from './metrics/metric.js';
import { isSequenceList } from './sequences.js';

/** Options of {@link crossValidate}. */
export interface CrossValidationOptions extends FoldOptions {
  /**
   * Returns the options of `fit` for a split. Create a new optimizer for each split, since an optimizer keeps its
   * state. If `validation` is a fraction, a validation set is taken from the training set: with `groups`, it consists of
   * whole groups; with `timeOrdered`, it is the latest samples.
   */
  readonly fit: (split: Split) => FitOptions;
  /** Called after each fold. A promise is awaited. */
  readonly onFold?: (result: FoldResult, done: number, total: number) => void | Promise<void>;
  /** Aborts the cross-validation: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The results of one fold. */
export interface FoldResult {
  /** The indices of the samples in the training set and in the test set. */
  readonly split: Split;
  /** The network, trained on the split's training set. */
  readonly network: Network;
  /** The result of `fit`. */
  readonly report: Report;
  /** The loss on the test set. */
  readonly loss: number;
  /** The metrics that are set in the options of `fit`, on the test set. */
  readonly metrics: Readonly<Record<string, MetricResult>>;
}

/** Mean and standard deviation over folds or repeats. */
export interface MeanAndDeviation {
  /** The mean. */
  readonly mean: number;
  /** The standard deviation, with n − 1 in the denominator. */
  readonly deviation: number;
}

/** The result of {@link crossValidate}. */
export interface CrossValidation {
  /** The result of each split, in order. */
  readonly folds: readonly FoldResult[];
  /** Mean and deviation of the losses on the test sets. */
  readonly loss: MeanAndDeviation;
  /** Mean and deviation of each metric that is a number, by its name. */
  readonly metrics: Readonly<Record<string, MeanAndDeviation>>;
}

/**
 * Trains a new network on the training set of each split, and evaluates it on the test set. In each repeat, every
 * sample is in one test set; with `timeOrdered`, the earliest samples are in none. Streams are not supported.
 *
 * @param makeNetwork - Called for each split. If it sets scalers, they must be fitted only to the split's training set;
 * alternatively, set `standardize` in the options of `fit`.
 * @throws NnbpError any error thrown by `splitsOf` and `fit`; `UNSUPPORTED` for a stream or with `stateful`
 *
 * @example
 * ```ts
 * import { tanh } from '@nnbp/activations';
 * import { mlp, Network } from '@nnbp/core';
 * import { mse } from '@nnbp/losses';
 * import { levenbergMarquardt } from '@nnbp/optim';
 * import { crossValidate } from '@nnbp/train';
 *
 * const inputs = Array.from({ length: 20 }, (_, k) => [k / 10]);
 * const data = { inputs, targets: inputs.map(([x]) => [Math.sin(x)]) };
 * const graph = mlp([1, 3, 1], { activation: tanh });
 * const { folds, loss } = await crossValidate(() => new Network(graph, { seed: 1 }), data, {
 *   folds: 4,
 *   fit: () => ({ loss: mse(), optimizer: levenbergMarquardt(), epochs: 50 }),
 * });
 * folds.length; // 4
 * loss.mean < 1e-3; // true
 * ```
 */
export async function crossValidate(
  makeNetwork: (split: Split) => Network,
  data: Data,
  options: CrossValidationOptions,
): Promise<CrossValidation> {
  const { signal, onFold } = options;
  const { count, pick } = partsOf(data);
  const splits = splitsOf(count, options);
  const folds: FoldResult[] = [];
  for (const split of splits) {
    signal?.throwIfAborted();
    const network = makeNetwork(split);
    const fitOptions: FitOptions = { ...(signal && { signal }), ...options.fit(split) };
    if (fitOptions.stateful === true) {
      throw new NnbpError(
        'UNSUPPORTED',
        'crossValidate: with `stateful`, the order of the sequences matters, so they cannot be divided into folds. Remove `stateful`.',
      );
    }
    const report = await train(network, pick, split, fitOptions, options);
    const { loss, metrics = [], engine } = fitOptions;
    const evaluateOptions = { ...(engine && { engine }), ...(fitOptions.signal && { signal: fitOptions.signal }) };
    const evaluation = await evaluate(network, pick(split.test), { loss, metrics, ...evaluateOptions });
    const result = { split, network, report, loss: evaluation.loss, metrics: evaluation.metrics };
    folds.push(result);
    await onFold?.(result, folds.length, splits.length);
  }
  const names = Object.keys(folds[0].metrics).filter((name) => typeof folds[0].metrics[name] === 'number');
  return {
    folds,
    loss: meanAndDeviation(folds.map(({ loss }) => loss)),
    metrics: Object.fromEntries(
      names.map((name) => [name, meanAndDeviation(folds.map(({ metrics }) => metrics[name] as number))]),
    ),
  };
}

/**
 * Trains on the training set of the split. If `validation` is a fraction and `groups` or `timeOrdered` is set, first
 * splits off the validation set, since `fit` would draw it at random.
 */
function train(
  network: Network,
  pick: (indices: Uint32Array) => Data,
  split: Split,
  fitOptions: FitOptions,
  options: FoldOptions,
): Promise<Report> {
  const fraction = fitOptions.validation;
  const hasGroupsOrOrder = options.groups !== undefined || options.timeOrdered === true;
  if (typeof fraction !== 'number' || !hasGroupsOrOrder) return fit(network, pick(split.training), fitOptions);
  const { training, validation } = validationSplit(split.training, fraction, options);
  return fit(network, pick(training), { ...fitOptions, validation: pick(validation) });
}

/** Returns the mean and standard deviation of at least two numbers. */
export function meanAndDeviation(values: readonly number[]): MeanAndDeviation {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/** Returns the number of samples, and a function that selects samples by their indices. */
function partsOf(data: Data): { count: number; pick: (indices: Uint32Array) => Data } {
  if (areSequences(data)) {
    if (!isSequenceList(data)) throw cannotDivide();
    const { sequences } = data;
    return { count: sequences.length, pick: (indices) => ({ sequences: Array.from(indices, (n) => sequences[n]) }) };
  }
  if (isStream(data)) {
    throw cannotDivide();
  }
  const { inputs, targets, weights } = tablesOf(data);
  return {
    count: inputs.length,
    pick: (indices) => ({
      inputs: Array.from(indices, (s) => inputs[s]),
      targets: Array.from(indices, (s) => targets[s]),
      ...(weights && { weights: Array.from(indices, (s) => weights[s]) }),
    }),
  };
}

const cannotDivide = () =>
  new NnbpError('UNSUPPORTED', 'crossValidate: a stream cannot be divided into folds. Read its samples into an array.');
