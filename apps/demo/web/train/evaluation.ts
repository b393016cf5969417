/** Computes loss, accuracy and errors over a set of samples, or over the first samples of a large set. */
import type { Executor } from '@nnbp/core';
import type { Dataset } from './data/dataset.js';
import { predictionOf, classOf, inChunks } from './outputs.js';
import type { Rows, Session } from './session.js';

/** Predictions and errors for regression, in the units of the target. */
export interface RegressionFit {
  /** Predictions for the first samples of the set. */
  readonly predicted: Float32Array;
  readonly meanAbsoluteError: number;
  readonly rootMeanSquareError: number;
}

/** A misclassified sample. */
export interface Mistake {
  /** Index of the sample in its set. */
  readonly number: number;
  /** Index of the true class. */
  readonly truth: number;
  /** Index of the predicted class. */
  readonly predictedClass: number;
}

export interface Evaluation {
  /** Mean loss of the samples. */
  readonly loss: number;
  /** Fraction of correctly classified samples; NaN for regression. */
  readonly accuracy: number;
  /** Confusion matrix: [true class][predicted class]. */
  readonly confusion: readonly (readonly number[])[];
  /** The first misclassified samples, at most `maxMistakes`. */
  readonly mistakes: readonly Mistake[];
  /** Undefined for classification. */
  readonly fit: RegressionFit | undefined;
}

/**
 * Maximum value of edges × plotted points, so that updating the plots and metrics during training does not take too
 * long. `evaluate` allows edges × samples up to 50 · `maxWork`, and always allows 100 samples.
 */
export const maxWork = 4e6;
/** Maximum number of samples per set for loss and accuracy. */
const maxEvaluated = 1000;
/** Maximum number of misclassified samples that are shown. */
const maxMistakes = 12;

export function evaluate(session: Session, { task, classes }: Dataset, executor: Executor, rows: Rows): Evaluation {
  const { loss, encoding, network } = session;
  const { inputCount, outputs, edgeCount } = network.graph;
  const width = outputs.length;
  const affordable = Math.max(100, Math.floor((maxWork * 50) / edgeCount));
  const count = Math.min(rows.count, maxEvaluated, affordable);
  const confusion = classes.map(() => classes.map(() => 0));
  const mistakes: Mistake[] = [];
  const predicted = task === 'regression' ? new Float32Array(count) : undefined;
  let [sum, correctCount, absolute, squared] = [0, 0, 0, 0];
  inChunks(executor, rows.inputs, inputCount, count, (values, first, samples) => {
    for (let s = 0; s < samples; s++) {
      const at = s * width;
      const t = (first + s) * width;
      sum += loss.value(values.subarray(at, at + width), rows.targets.subarray(t, t + width));
      if (predicted !== undefined) {
        const prediction = predictionOf(session, values[at]);
        const error = prediction - (network.outputScaler?.undo(rows.targets[t], 0) ?? rows.targets[t]);
        predicted[first + s] = prediction;
        absolute += Math.abs(error);
        squared += error ** 2;
        continue;
      }
      const predictedClass = classOf(values, at, width, encoding.boundary);
      const truth = classOf(rows.targets, t, width, encoding.boundary);
      confusion[truth][predictedClass]++;
      if (predictedClass === truth) correctCount++;
      else if (mistakes.length < maxMistakes) mistakes.push({ number: first + s, truth, predictedClass });
    }
  });
  return {
    loss: sum / count,
    accuracy: predicted === undefined ? correctCount / count : NaN,
    confusion,
    mistakes,
    fit: predicted && {
      predicted,
      meanAbsoluteError: absolute / count,
      rootMeanSquareError: Math.sqrt(squared / count),
    },
  };
}
