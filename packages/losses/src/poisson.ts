/** Poisson negative log-likelihood: the output is the logarithm of a rate, the target a count. */
import type { Loss } from '@nnbp/core';
import { elementwise } from './elementwise.js';
import { nonNegative } from './targets.js';
import type { LossRecord } from './record.js';

/**
 * $e^x - t x$, the mean over outputs; $\partial loss / \partial x_k = \frac1n (e^{x_k} - t_k)$. $t \ge 0$. PyTorch's
 * `PoissonNLLLoss` with its defaults (without the term that depends on $t$ only).
 */
export const poisson = (): Loss =>
  elementwise({
    name: 'poisson',
    value: (x, t) => Math.exp(x) - t * x,
    derivative: (x, t) => Math.exp(x) - t,
    targetProblem: nonNegative,
    builtin: { name: 'poisson', options: {} },
  });

/** See {@link LossRecord}. */
export const poissonRecord: LossRecord = {
  make: poisson,
  options: {},
  formula: 'e^x - t x',
  derivative: 'e^x - t',
  reduction: 'mean',
  task: 'counts',
  output: 'logRate',
  targets: [0, Infinity],
};
