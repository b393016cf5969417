/** Poisson negative log-likelihood, with the logarithm of a rate as output and a count as target. */
import type { Loss } from '@nnbp/core';
import { elementwise } from './elementwise.js';
import { nonNegativeProblem } from './targets.js';
import type { LossRecord } from './record.js';

/**
 * Poisson negative log-likelihood: $e^x - t x$, averaged over the outputs;
 * $\partial loss / \partial x_k = \frac1n (e^{x_k} - t_k)$. Targets: $t \ge 0$. Equals PyTorch's `PoissonNLLLoss` with
 * its defaults (without the term that depends only on $t$).
 */
export const poisson = (): Loss =>
  elementwise({
    name: 'poisson',
    value: (x, t) => Math.exp(x) - t * x,
    derivative: (x, t) => Math.exp(x) - t,
    targetProblem: nonNegativeProblem,
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
