/** The straight line above 0, an exponential that levels off below. */
import { type Activation, expectFinite } from '@nnbp/core';

const withAlpha = (alpha: number): Activation => ({
  name: 'elu',
  value: (h) => (h > 0 ? h : alpha * Math.expm1(h)),
  derivative: (h) => (h > 0 ? 1 : alpha * Math.exp(h)),
  ...(alpha !== 1 && { kinks: [0] }),
  builtin: { name: 'elu', options: { alpha } },
});

/**
 * $g(h) = h$ above 0, else $\alpha (e^h - 1)$; $g'(h) = 1$ above 0, else $\alpha e^h$ (Clevert et al. 2016). $\alpha$
 * is 1, or what `alpha` is given; only for 1 is there no kink at 0.
 */
export const elu: Activation & {
  /**
   * The same with another $\alpha$.
   *
   * @throws NnbpError `NOT_FINITE`
   */
  alpha(alpha: number): Activation;
} = /* @__PURE__ */ Object.assign(/* @__PURE__ */ withAlpha(1), {
  alpha(alpha: number): Activation {
    expectFinite('alpha', [alpha]);
    return withAlpha(alpha);
  },
});
