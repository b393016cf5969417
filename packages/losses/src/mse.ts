/** Mean squared error. */
import type { Loss } from '@nnbp/core';
import { elementwise } from './elementwise.js';
import type { LossRecord } from './record.js';

/**
 * Mean squared error: $\frac1n \sum_k (x_k - t_k)^2$; $\partial loss / \partial x_k = \frac2n (x_k - t_k)$. Equals
 * PyTorch's `MSELoss`.
 *
 * @example
 * ```ts
 * import { mse } from '@nnbp/losses';
 *
 * mse().value([7], [10]); // 9
 * ```
 */
export const mse = (): Loss =>
  elementwise({
    name: 'mse',
    value: (x, t) => (x - t) ** 2,
    derivative: (x, t) => 2 * (x - t),
    residual: { value: (x, t) => x - t, derivative: () => 1 },
    builtin: { name: 'mse', options: {} },
  });

/** See {@link LossRecord}. */
export const mseRecord: LossRecord = {
  make: mse,
  options: {},
  formula: '(x - t)^2',
  derivative: '2 (x - t)',
  reduction: 'mean',
  task: 'regression',
  output: 'number',
  targets: [-Infinity, Infinity],
};
