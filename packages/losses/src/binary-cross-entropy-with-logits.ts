/** Binary cross-entropy of logits. The loss includes the sigmoid. */
import type { Loss } from '@nnbp/core';
import { elementwise } from './elementwise.js';
import { probabilityProblem } from './targets.js';
import type { LossRecord } from './record.js';

/**
 * Binary cross-entropy of logits: $\max(x, 0) - x t + \ln(1 + e^{-|x|})$, averaged over the outputs;
 * $\partial loss / \partial x_k = \frac1n (\sigma(x_k) - t_k)$. Targets: $0 \le t \le 1$. Equals PyTorch's
 * `BCEWithLogitsLoss`.
 */
export const binaryCrossEntropyWithLogits = (): Loss =>
  elementwise({
    name: 'binaryCrossEntropyWithLogits',
    value: (x, t) => Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x))),
    derivative: (x, t) => 1 / (1 + Math.exp(-x)) - t,
    targetProblem: probabilityProblem,
    builtin: { name: 'binaryCrossEntropyWithLogits', options: {} },
  });

/** See {@link LossRecord}. */
export const binaryCrossEntropyWithLogitsRecord: LossRecord = {
  make: binaryCrossEntropyWithLogits,
  options: {},
  formula: '\\max(x, 0) - x t + \\ln(1 + e^{-|x|})',
  derivative: '\\sigma(x) - t',
  reduction: 'mean',
  task: 'binary',
  output: 'logit',
  targets: [0, 1],
};
