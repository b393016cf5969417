/** Huber loss: quadratic near the target, linear far away. */
import { type Loss, mismatch } from '@nnbp/core';
import { elementwise } from './elementwise.js';
import type { LossRecord } from './record.js';

/** Options of {@link huber}. */
export interface HuberOptions {
  /** The distance from the target at which the loss changes from quadratic to linear, > 0. Default: 1. */
  readonly delta?: number;
}

/**
 * Huber loss, with $d = x - t$: $\frac12 d^2$ if $|d| \le \delta$, else $\delta (|d| - \frac12 \delta)$, averaged over
 * the outputs. The derivative is $d$, clamped to $\pm\delta$. Equals PyTorch's `HuberLoss`.
 *
 * @throws NnbpError `OUT_OF_RANGE`
 */
export function huber({ delta = 1 }: HuberOptions = {}): Loss {
  if (!(delta > 0 && delta < Infinity)) {
    throw mismatch('OUT_OF_RANGE', 'delta', 'a finite number above 0', delta);
  }
  return elementwise({
    name: 'huber',
    value(x, t) {
      const d = Math.abs(x - t);
      return d <= delta ? 0.5 * d * d : delta * (d - 0.5 * delta);
    },
    derivative: (x, t) => Math.max(-delta, Math.min(delta, x - t)),
    builtin: { name: 'huber', options: { delta } },
  });
}

/** See {@link LossRecord}. */
export const huberRecord: LossRecord = {
  make: huber,
  options: { delta: { default: 1, symbol: '\\delta' } },
  formula:
    '\\tfrac12 (x - t)^2 \\text{ for } |x - t| \\le \\delta, \\text{ else } \\delta (|x - t| - \\tfrac12 \\delta)',
  derivative: '\\min(\\max(x - t, -\\delta), \\delta)',
  reduction: 'mean',
  task: 'regression',
  output: 'number',
  targets: [-Infinity, Infinity],
};
