/** The mean absolute error: an outlier pulls no harder than any other sample. */
import type { Loss } from '@nnbp/core';
import { elementwise } from './elementwise.js';

/** $\frac1n \sum_k |x_k - t_k|$; its derivative is the sign, 0 at the kink. PyTorch's `L1Loss`. */
export const mae = (): Loss =>
  elementwise({
    name: 'mae',
    value: (x, t) => Math.abs(x - t),
    derivative: (x, t) => Math.sign(x - t),
    kinks: (t) => [t],
    builtin: { name: 'mae', options: {} },
  });
