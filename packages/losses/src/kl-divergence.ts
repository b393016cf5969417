/** Kullback–Leibler divergence, with logarithms of probabilities as outputs. */
import type { Loss } from '@nnbp/core';
import { firstProblem } from './elementwise.js';
import { nonNegativeProblem } from './targets.js';
import type { LossRecord } from './record.js';

/**
 * Kullback–Leibler divergence: $\sum_k t_k (\ln t_k - x_k)$, where $x$ are logarithms of probabilities;
 * $\partial loss / \partial x_k = -t_k$. A target of 0 contributes nothing. Equals PyTorch's `KLDivLoss` with
 * `reduction="batchmean"`.
 */
export const klDivergence = (): Loss => ({
  name: 'klDivergence',
  value(x, t) {
    let sum = 0;
    for (let k = 0; k < x.length; k++) if (t[k] > 0) sum += t[k] * (Math.log(t[k]) - x[k]);
    return sum;
  },
  derivative(x, t, dLossDx) {
    for (let k = 0; k < x.length; k++) dLossDx[k] = -t[k];
  },
  targetProblem: (t) => firstProblem(t, nonNegativeProblem),
  builtin: { name: 'klDivergence', options: {} },
});

/** See {@link LossRecord}. */
export const klDivergenceRecord: LossRecord = {
  make: klDivergence,
  options: {},
  formula: '\\sum_k t_k (\\ln t_k - x_k)',
  derivative: '-t_k',
  reduction: 'sum',
  task: 'distribution',
  output: 'logProbability',
  targets: [0, Infinity],
};
