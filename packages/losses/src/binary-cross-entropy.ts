/** Binary cross-entropy of probabilities, such as the outputs of a sigmoid. */
import type { Loss } from '@nnbp/core';
import { elementwise } from './elementwise.js';
import { probabilityProblem } from './targets.js';
import type { LossRecord } from './record.js';

/** The logarithm with PyTorch's lower bound: the loss of a wrong prediction with probability 1 is 100, not infinity. */
const boundedLog = (p: number) => Math.max(Math.log(p), -100);

/**
 * Binary cross-entropy of probabilities: $-t \ln x - (1 - t) \ln (1 - x)$, averaged over the outputs, with $x$ and $t$
 * from 0 to 1. Each logarithm is at least −100, and the derivative is $(x - t) / \max(x (1 - x), 10^{-12})$, as in
 * PyTorch's `BCELoss`. The loss is NaN if $x$ is not between 0 and 1. `binaryCrossEntropyWithLogits` of the
 * pre-activation is numerically more stable.
 */
export const binaryCrossEntropy = (): Loss =>
  elementwise({
    name: 'binaryCrossEntropy',
    value: (x, t) => -t * boundedLog(x) - (1 - t) * boundedLog(1 - x),
    derivative: (x, t) => (x - t) / Math.max(x * (1 - x), 1e-12),
    targetProblem: probabilityProblem,
    builtin: { name: 'binaryCrossEntropy', options: {} },
  });

/** See {@link LossRecord}. */
export const binaryCrossEntropyRecord: LossRecord = {
  make: binaryCrossEntropy,
  options: {},
  formula: '-t \\ln x - (1 - t) \\ln (1 - x)',
  derivative: '\\frac{x - t}{x (1 - x)}',
  reduction: 'mean',
  task: 'binary',
  output: 'probability',
  targets: [0, 1],
};
