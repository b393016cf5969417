/** The straight line weighted by the sigmoid; also called swish. */
import type { Activation } from '@nnbp/core';

const sigmoid = (h: number) => 1 / (1 + Math.exp(-h));

/** $g(h) = h \, \sigma(h)$, $g'(h) = \sigma(h) (1 + h (1 - \sigma(h)))$, where $\sigma$ is the sigmoid. */
export const silu: Activation = {
  name: 'silu',
  value: (h) => h * sigmoid(h),
  // 1 − σ(h) = σ(−h), which keeps its digits for large h.
  derivative: (h) => sigmoid(h) * (1 + h * sigmoid(-h)),
  builtin: { name: 'silu', options: {} },
};
