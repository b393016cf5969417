/** The metrics of a model, and how tables show them. */
import { accuracy, meanAbsoluteError, type Metric, rSquared } from '@nnbp/train';
import { categoryOf, type Columns } from './columns.js';
import { short } from './guess.js';

/** The metrics for the targets of a model: accuracy for a category, R² and mean absolute error for numbers. */
export const metricsFor = (columns: Pick<Columns, 'targets'>): Metric[] =>
  categoryOf(columns) ? [accuracy()] : [rSquared(), meanAbsoluteError()];

/** The names of metrics in tables. */
export const metricNames: Readonly<Record<string, string>> = {
  accuracy: 'accuracy',
  rSquared: 'R²',
  meanAbsoluteError: 'mean absolute error',
};

/** Formats the value of a metric for tables. R² is not defined if all targets are equal, as in a set of one row. */
export function metricText(name: string, value: number): string {
  if (name === 'accuracy') return `${(100 * value).toFixed(1)} %`;
  if (name !== 'rSquared') return short(value);
  return Number.isFinite(value) ? value.toFixed(4) : 'not defined';
}
