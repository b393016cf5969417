/** Mean absolute error: less sensitive to outliers than the squared error. */
import type { Loss } from '@nnbp/core';
import { elementwise } from './elementwise.js';
import type { LossRecord } from './record.js';

/**
 * Mean absolute error: $\frac1n \sum_k |x_k - t_k|$; $\partial loss / \partial x_k = \frac1n \mathrm{sign}(x_k - t_k)$,
 * which is 0 at the kink. Equals PyTorch's `L1Loss`.
 */
export const mae = (): Loss =>
  elementwise({
    name: 'mae',
    value: (x, t) => Math.abs(x - t),
    derivative: (x, t) => Math.sign(x - t),
    kinks: (t) => [t],
    builtin: { name: 'mae', options: {} },
  });

/** See {@link LossRecord}. */
export const maeRecord: LossRecord = {
  make: mae,
  options: {},
  formula: '|x - t|',
  derivative: '\\mathrm{sign}(x - t)',
  reduction: 'mean',
  task: 'regression',
  output: 'number',
  targets: [-Infinity, Infinity],
};
