/** Exponential linear unit: h if h is positive, else an exponential that approaches −α. */
import { type Activation, expectFiniteNumber } from '@nnbp/core';
import type { ActivationRecord } from './record.js';

const withAlpha = (alpha: number): Activation => ({
  name: 'elu',
  value: (h) => (h > 0 ? h : alpha * Math.expm1(h)),
  derivative: (h) => (h > 0 ? 1 : alpha * Math.exp(h)),
  ...(alpha !== 1 && { kinks: [0] }),
  builtin: { name: 'elu', options: { alpha } },
});

/**
 * Exponential linear unit: $g(h) = h$ for $h > 0$, else $\alpha (e^h - 1)$; $g'(h) = 1$ for $h > 0$, else $\alpha e^h$
 * (Clevert et al. 2016). Default: $\alpha = 1$. `elu.alpha(0.5)` returns the function with another $\alpha$. If
 * $\alpha \ne 1$, the function has a kink at 0.
 */
export const elu: Activation & {
  /**
   * Returns the exponential linear unit with another $\alpha$.
   *
   * @throws NnbpError `NOT_FINITE`
   */
  alpha(alpha: number): Activation;
} = /* @__PURE__ */ Object.assign(/* @__PURE__ */ withAlpha(1), {
  alpha(alpha: number): Activation {
    expectFiniteNumber('alpha', alpha);
    return withAlpha(alpha);
  },
});

/** See {@link ActivationRecord}. */
export const eluRecord: ActivationRecord = {
  activation: elu,
  make: ({ alpha = 1 }) => elu.alpha(alpha),
  options: { alpha: { default: 1, symbol: '\\alpha' } },
  formula: 'h \\text{ for } h > 0, \\text{ else } \\alpha (e^h - 1)',
  derivative: '1 \\text{ for } h > 0, \\text{ else } \\alpha e^h',
  range: [-1, Infinity],
};
