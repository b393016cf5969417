/** Cross-entropy of the softmax of the outputs, for samples that each belong to one of several classes. */
import type { Loss } from '@nnbp/core';
import { firstProblem } from './elementwise.js';
import { nonNegativeProblem } from './targets.js';
import type { LossRecord } from './record.js';

/** Returns the largest entry, and Σ exp(x − largest), which is ≥ 1, so that its logarithm is finite. */
function normalizer(x: ArrayLike<number>): { largest: number; sum: number } {
  let largest = -Infinity;
  for (let k = 0; k < x.length; k++) largest = Math.max(largest, x[k]);
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += Math.exp(x[k] - largest);
  return { largest, sum };
}

/**
 * Softmax cross-entropy: $-\sum_k t_k \ln p_k$ with $p = \mathrm{softmax}(x)$;
 * $\partial loss / \partial x_k = p_k \sum_j t_j - t_k$. Targets are one-hot or soft: numbers ≥ 0 that usually add up
 * to 1. Equals PyTorch's `CrossEntropyLoss` with class probabilities as targets.
 *
 * @example
 * ```ts
 * import { softmaxCrossEntropy } from '@nnbp/losses';
 *
 * softmaxCrossEntropy().value([0, 0], [1, 0]); // 0.6931471805599453
 * ```
 */
export const softmaxCrossEntropy = (): Loss => ({
  name: 'softmaxCrossEntropy',
  value(x, t) {
    const { largest, sum } = normalizer(x);
    let loss = 0;
    for (let k = 0; k < x.length; k++) if (t[k] !== 0) loss += t[k] * (largest - x[k] + Math.log(sum));
    return loss;
  },
  derivative(x, t, dLossDx) {
    const { largest, sum } = normalizer(x);
    let total = 0;
    for (let k = 0; k < t.length; k++) total += t[k];
    for (let k = 0; k < x.length; k++) dLossDx[k] = (Math.exp(x[k] - largest) / sum) * total - t[k];
  },
  targetProblem: (t) => firstProblem(t, nonNegativeProblem),
  builtin: { name: 'softmaxCrossEntropy', options: {} },
});

/** See {@link LossRecord}. */
export const softmaxCrossEntropyRecord: LossRecord = {
  make: softmaxCrossEntropy,
  options: {},
  formula: '-\\sum_k t_k \\ln p_k, \\quad p = \\mathrm{softmax}(x)',
  derivative: 'p_k \\sum_j t_j - t_k',
  reduction: 'sum',
  task: 'classes',
  output: 'logit',
  targets: [0, Infinity],
};
