/** Hinge loss: 0 for outputs on the correct side of the margin. */
import type { Loss } from '@nnbp/core';
import { elementwise } from './elementwise.js';
import type { LossRecord } from './record.js';

/**
 * Hinge loss: $\max(0, 1 - t x)$, averaged over the outputs; $t$ is −1 or 1. The derivative is $-t$ for $t x < 1$, else
 * 0.
 */
export const hinge = (): Loss =>
  elementwise({
    name: 'hinge',
    value: (x, t) => Math.max(0, 1 - t * x),
    derivative: (x, t) => (t * x < 1 ? -t : 0),
    kinks: (t) => [t],
    targetProblem: (t) => (Math.abs(t) === 1 ? undefined : `expected -1 or 1, received ${t}`),
    builtin: { name: 'hinge', options: {} },
  });

/** See {@link LossRecord}. */
export const hingeRecord: LossRecord = {
  make: hinge,
  options: {},
  formula: '\\max(0, 1 - t x)',
  derivative: '-t \\, [t x < 1]',
  reduction: 'mean',
  task: 'binary',
  output: 'score',
  targets: [-1, 1],
};
