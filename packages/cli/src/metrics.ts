/** The metrics of a model, by what it predicts, and how tables show them. */
import { accuracy, meanAbsoluteError, type Metric, rSquared } from '@nnbp/train';
import { categoryOf, type Columns } from './columns.js';
import { short } from './guess.js';

/** Accuracy for a category; R² and mean absolute error for numbers. */
export const metricsFor = (columns: Pick<Columns, 'targets'>): Metric[] =>
  categoryOf(columns) ? [accuracy()] : [rSquared(), meanAbsoluteError()];

/** The names of metrics in tables. */
export const metricNames: Readonly<Record<string, string>> = {
  accuracy: 'accuracy',
  rSquared: 'R²',
  meanAbsoluteError: 'mean absolute error',
};

/** A metric's value in tables. */
export const metricText = (name: string, value: number): string =>
  name === 'accuracy' ? `${(100 * value).toFixed(1)} %` : name === 'rSquared' ? value.toFixed(4) : short(value);
