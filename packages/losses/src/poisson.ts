/** Counts: the output is the logarithm of the rate at which they come. */
import type { Loss } from '@nnbp/core';
import { elementwise } from './elementwise.js';
import { nonNegative } from './targets.js';

/**
 * $e^x - t x$, the mean over outputs; $\partial loss / \partial x_k = \frac1n (e^{x_k} - t_k)$. $t$ from 0 up. PyTorch's
 * `PoissonNLLLoss` with its defaults (the term of $t$ alone left out).
 */
export const poisson = (): Loss =>
  elementwise({
    name: 'poisson',
    value: (x, t) => Math.exp(x) - t * x,
    derivative: (x, t) => Math.exp(x) - t,
    targetProblem: nonNegative,
    builtin: { name: 'poisson', options: {} },
  });
