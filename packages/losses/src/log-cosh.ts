/** Log-cosh loss: quadratic near the target, linear far away, and smooth everywhere. */
import type { Loss } from '@nnbp/core';
import { elementwise } from './elementwise.js';
import type { LossRecord } from './record.js';

/**
 * Returns ln cosh d, computed as $\frac12 \mathrm{log1p}(\sinh^2 d)$ for small d and as
 * $|d| + \mathrm{log1p}(e^{-2|d|}) - \ln 2$ for large d. Each formula is accurate in its range, and neither overflows.
 */
function logCosh1(d: number): number {
  const size = Math.abs(d);
  return size < 1 ? 0.5 * Math.log1p(Math.sinh(d) ** 2) : size + Math.log1p(Math.exp(-2 * size)) - Math.LN2;
}

/**
 * Log-cosh loss: $\frac1n \sum_k \ln \cosh (x_k - t_k)$; $\partial loss / \partial x_k = \frac1n \tanh (x_k - t_k)$.
 */
export const logCosh = (): Loss =>
  elementwise({
    name: 'logCosh',
    value: (x, t) => logCosh1(x - t),
    derivative: (x, t) => Math.tanh(x - t),
    builtin: { name: 'logCosh', options: {} },
  });

/** See {@link LossRecord}. */
export const logCoshRecord: LossRecord = {
  make: logCosh,
  options: {},
  formula: '\\ln \\cosh (x - t)',
  derivative: '\\tanh (x - t)',
  reduction: 'mean',
  task: 'regression',
  output: 'number',
  targets: [-Infinity, Infinity],
};
