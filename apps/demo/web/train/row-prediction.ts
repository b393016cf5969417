/** Predicts the output for a row of inputs that the user enters or draws. */
import type { Executor } from '@nnbp/core';
import type { Dataset } from './data/dataset.js';
import { predictionOf, classOf } from './outputs.js';
import type { Session } from './session.js';

export interface RowPrediction {
  /**
   * Regression: one value, in the original units of the data. Classification: one number per class; if the network has
   * a single output that is not a probability, only that output.
   */
  readonly values: readonly number[];
  /** Index of the predicted class; 0 for regression. */
  readonly predictedClass: number;
  /** Whether the values are probabilities, which depends on the loss. Otherwise they are outputs. */
  readonly probabilities: boolean;
}

/** @param row - Inputs in the original units of the data. */
export function predictRow(
  session: Session,
  { task }: Dataset,
  executor: Executor,
  row: ArrayLike<number>,
): RowPrediction {
  const { network, loss, encoding } = session;
  const { inputScaler } = network;
  const inputs = Float64Array.from(row, (value, k) => inputScaler?.apply(value, k) ?? value);
  const x = Array.from(executor.predict(inputs, 1).subarray(0, network.graph.outputs.length));
  if (task === 'regression') return { values: [predictionOf(session, x[0])], predictedClass: 0, probabilities: false };
  const predictedClass = classOf(x, 0, x.length, encoding.boundary);
  if (loss.name === 'softmaxCrossEntropy') {
    const largest = Math.max(...x);
    const powers = x.map((value) => Math.exp(value - largest));
    const sum = powers.reduce((total, power) => total + power, 0);
    return { values: powers.map((power) => power / sum), predictedClass, probabilities: true };
  }
  if (loss.name === 'binaryCrossEntropyWithLogits') {
    const yes = 1 / (1 + Math.exp(-x[0]));
    return { values: [1 - yes, yes], predictedClass, probabilities: true };
  }
  if (loss.name === 'binaryCrossEntropy' && task === 'binary') {
    return { values: [1 - x[0], x[0]], predictedClass, probabilities: true };
  }
  return { values: x, predictedClass, probabilities: false };
}
