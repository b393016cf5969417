/** Statistics of a least-squares fit: standard errors, confidence intervals, R², AIC and BIC. */
import {
  type Executor,
  expectFinite,
  expectLength,
  js,
  mismatch,
  type Network,
  NnbpError,
  ParameterVector,
  type Row,
  expectWeight,
} from '@nnbp/core';
import { TriangularFactor } from '@nnbp/optim';
import { twoSidedP, twoSidedQuantile } from './student-t.js';

/** Options of {@link fitStatistics}. */
export interface FitStatisticsOptions {
  /** The confidence level of all intervals, between 0 and 1. Default: 0.95. */
  readonly confidence?: number;
}

/** The data of a fit. */
export interface FittedData {
  /** `[samples × inputs]`. */
  readonly inputs: ArrayLike<Row>;
  /** `[samples × outputs]`. */
  readonly targets: ArrayLike<Row>;
  /**
   * The weight of each sample, a number ≥ 0 that is proportional to 1 / variance, as in `fit`. A sample of weight 0
   * does not count as an observation. Default: 1.
   */
  readonly weights?: ArrayLike<number>;
}

/** An estimate with its uncertainty. */
export interface Estimate {
  /** The estimated value. */
  readonly estimate: number;
  /** The standard error. Infinity if the data do not determine the value. */
  readonly standardError: number;
  /** Both ends of the confidence interval, or of the prediction interval for a new observation. */
  readonly interval: readonly [low: number, high: number];
}

/** The estimate and significance of one parameter. */
export interface ParameterEstimate extends Estimate {
  /** The index in the network's parameter vector. */
  readonly index: number;
  /** The id of the node the parameter belongs to. */
  readonly node: string;
  /** The name within the node: `b`, `c`, or `w from` followed by the id of the predecessor. */
  readonly name: string;
  /** estimate / standardError. */
  readonly t: number;
  /** The two-sided p-value: the probability of a |t| at least this large if the parameter were 0. */
  readonly p: number;
}

/** The result of {@link fitStatistics}. */
export interface FitStatistics {
  /** The number of observations: samples with a weight above 0, times outputs. */
  readonly observations: number;
  /** Observations minus the parameters that the data determine. */
  readonly degreesOfFreedom: number;
  /** Sum of squared residuals, each multiplied by the weight of its sample. */
  readonly residualSumOfSquares: number;
  /** Standard deviation of an observation of weight 1: √(residualSumOfSquares / degreesOfFreedom). */
  readonly residualStandardDeviation: number;
  /**
   * 1 − residual sum of squares / total sum of squares. The total adds up the squared deviations of each output's
   * targets from their mean. NaN if the targets are constant.
   */
  readonly rSquared: number;
  /** Akaike information criterion, for normal errors; the error's variance counts as a parameter. */
  readonly aic: number;
  /** Bayesian information criterion, for normal errors; the error's variance counts as a parameter. */
  readonly bic: number;
  /** One entry per parameter, in the order of the parameter vector. */
  readonly parameters: readonly ParameterEstimate[];
  /** Covariance of the parameters, `[parameters × parameters]`, row-major. 0 for parameters that are not determined. */
  readonly covariance: Float64Array;
  /** Indices of parameters that the data do not determine. Everything else is computed as if these were fixed. */
  readonly undetermined: readonly number[];
  /**
   * Estimates a quantity derived from the parameters, such as `(p) => 1 / p.of('rate').b!`, using the delta method with
   * central differences.
   */
  derived(quantity: (parameters: ParameterVector) => number): Estimate;
  /**
   * Predicts the outputs for one input. Returns one entry per output.
   *
   * @throws NnbpError `WRONG_LENGTH`, `NOT_FINITE`
   */
  predict(input: Row): readonly PredictionEstimate[];
}

/** The prediction of one output with its uncertainty. */
export interface PredictionEstimate {
  /** The value of the fitted curve, with its confidence interval. */
  readonly curve: Estimate;
  /** A new observation of weight 1, with its prediction interval. */
  readonly observation: Estimate;
}

/**
 * Computes the statistics of a fit that minimized the sum of squares (the `mse()` loss). The statistics are valid at the
 * minimum if the errors are independent and have equal variances or, with weights, variances proportional to 1 / weight.
 * The covariance is s²·(JᵀJ)⁻¹, where s is the residual standard deviation and J is the Jacobian, each row multiplied by
 * the square root of the sample's weight. The covariance is computed from the QR factor of J.
 *
 * @throws NnbpError `EMPTY_DATA`, `WRONG_LENGTH`, `NOT_FINITE`; `OUT_OF_RANGE` (an invalid confidence level or weight,
 * or too few observations), `UNSUPPORTED` (standardized or transformed outputs)
 *
 * @example
 * ```ts
 * import { Network } from '@nnbp/core';
 * import { fitStatistics, formulaGraph } from '@nnbp/formula';
 * import { mse } from '@nnbp/losses';
 * import { levenbergMarquardt } from '@nnbp/optim';
 * import { fit } from '@nnbp/train';
 *
 * const network = new Network(formulaGraph('a + b*x', ['x']).graph);
 * const data = { inputs: [[0], [1], [2], [3]], targets: [[1.1], [2.9], [5.2], [6.8]] };
 * await fit(network, data, { loss: mse(), optimizer: levenbergMarquardt(), epochs: 100 });
 * const { parameters, rSquared } = fitStatistics(network, data);
 * parameters.map(({ node, estimate }) => `${node} = ${estimate.toFixed(2)}`); // ['a = 1.09', 'b = 1.94']
 * rSquared > 0.99; // true
 * ```
 */
export function fitStatistics(network: Network, data: FittedData, options: FitStatisticsOptions = {}): FitStatistics {
  const { confidence = 0.95 } = options;
  if (!(confidence > 0 && confidence < 1)) {
    throw mismatch('OUT_OF_RANGE', 'confidence', 'a number between 0 and 1', confidence);
  }
  if (network.outputScaler !== undefined || network.outputTransform !== 'none') {
    throw new NnbpError(
      'UNSUPPORTED',
      'fitStatistics: the outputs are standardized or transformed. Fit without `standardize` for targets and without an output transform.',
    );
  }
  const { graph } = network;
  const count = graph.parameterCount;
  const evaluator = new Evaluator(network);
  const { factor, observations, residualSumOfSquares, totalSumOfSquares, logWeights } = sumsOf(evaluator, data);
  factor.pivot();
  const rank = factor.rank();
  const degreesOfFreedom = observations - rank;
  if (degreesOfFreedom <= 0) {
    throw new NnbpError(
      'OUT_OF_RANGE',
      `data: ${observations} ${observations === 1 ? 'observation determines' : 'observations determine'} ${rank} of ${count} parameters, which leaves no degrees of freedom. Add data, or use a model with fewer parameters.`,
    );
  }
  const variance = residualSumOfSquares / degreesOfFreedom;
  const covariance = covarianceOf(factor, rank, variance);
  const undetermined = Array.from(factor.columns.subarray(rank)).sort((a, b) => a - b);
  const quantile = twoSidedQuantile(confidence, degreesOfFreedom);
  const withInterval = (estimate: number, standardError: number): Estimate => ({
    estimate,
    standardError,
    interval: [estimate - quantile * standardError, estimate + quantile * standardError],
  });
  /** The standard error of a quantity with the given gradient g: √(gᵀ · covariance · g). */
  const standardErrorOf = (gradient: ArrayLike<number>) => {
    let sum = 0;
    for (let a = 0; a < count; a++) {
      for (let b = 0; b < count; b++) sum += gradient[a] * covariance[a * count + b] * gradient[b];
    }
    return Math.sqrt(Math.max(0, sum));
  };
  const logLikelihood =
    logWeights / 2 - (observations / 2) * (Math.log((2 * Math.PI * residualSumOfSquares) / observations) + 1);
  const vector = network.parameters.vector.slice();
  return {
    observations,
    degreesOfFreedom,
    residualSumOfSquares,
    residualStandardDeviation: Math.sqrt(variance),
    rSquared: totalSumOfSquares > 0 ? 1 - residualSumOfSquares / totalSumOfSquares : NaN,
    aic: 2 * (rank + 1) - 2 * logLikelihood,
    bic: Math.log(observations) * (rank + 1) - 2 * logLikelihood,
    parameters: namesOf(network).map(({ node, name }, index) => {
      const standardError = undetermined.includes(index) ? Infinity : Math.sqrt(covariance[index * count + index]);
      const t = vector[index] / standardError;
      return { index, node, name, ...withInterval(vector[index], standardError), t, p: twoSidedP(t, degreesOfFreedom) };
    }),
    covariance,
    undetermined,
    derived(quantity) {
      const at = (changed: Float64Array) => quantity(new ParameterVector(graph, changed));
      const gradient = vector.map((value, k) => {
        const step = Math.cbrt(Number.EPSILON) * (Math.abs(value) || 1);
        const moved = (by: number) => at(vector.with(k, value + by));
        return (moved(step) - moved(-step)) / (2 * step);
      });
      return withInterval(at(vector.slice()), standardErrorOf(gradient));
    },
    predict(input) {
      const { predicted, jacobian } = evaluator.at(input);
      return predicted.map((y, k) => {
        const error = standardErrorOf(jacobian.subarray(k * count, (k + 1) * count));
        return { curve: withInterval(y, error), observation: withInterval(y, Math.hypot(error, Math.sqrt(variance))) };
      });
    },
  };
}

/**
 * Counts the observations, and computes weighted sums over the samples and the QR factor of the weighted Jacobian
 * (`factor`). `totalSumOfSquares` is the weighted sum of the squared deviations of the targets from their means.
 */
function sumsOf(evaluator: Evaluator, data: FittedData) {
  const outputs = evaluator.network.graph.outputs.length;
  const samples = data.inputs.length;
  if (samples === 0) throw new NnbpError('EMPTY_DATA', 'inputs is empty.');
  expectLength('targets', data.targets.length, samples);
  const { weights } = data;
  if (weights !== undefined) expectLength('weights', weights.length, samples);
  const factor = new TriangularFactor(evaluator.network.graph.parameterCount);
  let observations = 0;
  let residualSumOfSquares = 0;
  let totalWeight = 0;
  let logWeights = 0;
  const sums = new Float64Array(outputs);
  const weightOf = (s: number) => weights?.[s] ?? 1;
  for (let s = 0; s < samples; s++) {
    const weight = weightOf(s);
    expectWeight(`weights[${s}]`, weight);
    if (weight === 0) continue;
    expectLength(`target of sample ${s}`, data.targets[s].length, outputs);
    expectFinite(`target of sample ${s}`, data.targets[s]);
    const { predicted, jacobian } = evaluator.at(data.inputs[s]);
    expectFinite(`derivatives of the output for sample ${s}`, jacobian);
    const root = Math.sqrt(weight);
    const residuals = Float64Array.from(predicted, (y, k) => root * (y - data.targets[s][k]));
    for (let k = 0; k < outputs; k++) {
      residualSumOfSquares += residuals[k] ** 2;
      sums[k] += weight * data.targets[s][k];
    }
    for (let p = 0; p < jacobian.length; p++) jacobian[p] *= root;
    factor.fold(jacobian, residuals, outputs);
    observations += outputs;
    totalWeight += weight;
    logWeights += outputs * Math.log(weight);
  }
  let totalSumOfSquares = 0;
  for (let s = 0; s < samples; s++) {
    if (weightOf(s) === 0) continue;
    for (let k = 0; k < outputs; k++)
      totalSumOfSquares += weightOf(s) * (data.targets[s][k] - sums[k] / totalWeight) ** 2;
  }
  return { factor, observations, residualSumOfSquares, totalSumOfSquares, logWeights };
}

/** Computes the outputs and the Jacobian, one sample at a time. */
class Evaluator {
  readonly #executor: Executor;

  constructor(readonly network: Network) {
    this.#executor = js().prepare(network.graph, 1);
    this.#executor.parameters.set(network.parameters.vector);
  }

  at(input: Row): { readonly predicted: number[]; readonly jacobian: Float64Array } {
    const { network } = this;
    const { graph, inputScaler } = network;
    const predicted = network.predict(input);
    const row = inputScaler?.applyRow(input) ?? Float64Array.from(input);
    const jacobian = new Float64Array(predicted.length * graph.parameterCount);
    this.#executor.jacobian(row, 1, jacobian);
    return { predicted, jacobian };
  }
}

/** Computes variance · (RᵀR)⁻¹ over the determined columns, in the order of the parameters. The rest is 0. */
function covarianceOf({ R, n, columns }: TriangularFactor, rank: number, variance: number): Float64Array {
  // The inverse of R, column by column.
  const inverse = new Float64Array(rank * rank);
  for (let k = 0; k < rank; k++) {
    for (let i = k; i >= 0; i--) {
      let sum = i === k ? 1 : 0;
      for (let j = i + 1; j <= k; j++) sum -= R[i * n + j] * inverse[j * rank + k];
      inverse[i * rank + k] = sum / R[i * n + i];
    }
  }
  const covariance = new Float64Array(n * n);
  for (let a = 0; a < rank; a++) {
    for (let b = 0; b < rank; b++) {
      let sum = 0;
      for (let k = Math.max(a, b); k < rank; k++) sum += inverse[a * rank + k] * inverse[b * rank + k];
      covariance[columns[a] * n + columns[b]] = variance * sum;
    }
  }
  return covariance;
}

/** A shared parameter is named after its first use. */
function namesOf({ graph }: Network): { readonly node: string; readonly name: string }[] {
  const names = new Array<{ node: string; name: string }>(graph.parameterCount);
  for (let i = graph.inputCount; i < graph.nodeCount; i++) {
    const node = graph.ids[i];
    const set = (index: number, name: string) => {
      if (index >= 0) names[index] ??= { node, name };
    };
    set(graph.biasIndex(i), 'b');
    set(graph.scaleIndex(i), 'c');
    for (let e = graph.edgeStart[i]; e < graph.edgeStart[i + 1]; e++) {
      set(graph.weightIndex(e, i), `w from ${graph.edgeName(e)}`);
    }
  }
  return names;
}
