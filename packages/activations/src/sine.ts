/** Sine, for periodic signals and implicit representations (SIREN). */
import { type Activation, expectFiniteNumber } from '@nnbp/core';
import type { ActivationRecord } from './record.js';

const withFrequency = (frequency: number): Activation => ({
  name: 'sine',
  value: (h) => Math.sin(frequency * h),
  derivative: (h) => frequency * Math.cos(frequency * h),
  builtin: { name: 'sine', options: { frequency } },
});

/** Sine: $g(h) = \sin(\omega h)$, $g'(h) = \omega \cos(\omega h)$ (Sitzmann et al. 2020). Default: $\omega = 1$. */
export const sine: Activation & {
  /**
   * Returns the sine with another $\omega$.
   *
   * @throws NnbpError `NOT_FINITE`
   */
  frequency(omega: number): Activation;
} = /* @__PURE__ */ Object.assign(/* @__PURE__ */ withFrequency(1), {
  frequency(omega: number): Activation {
    expectFiniteNumber('frequency', omega);
    return withFrequency(omega);
  },
});

/** See {@link ActivationRecord}. */
export const sineRecord: ActivationRecord = {
  activation: sine,
  make: ({ frequency = 1 }) => sine.frequency(frequency),
  options: { frequency: { default: 1, symbol: '\\omega' } },
  formula: '\\sin(\\omega h)',
  derivative: '\\omega \\cos(\\omega h)',
  range: [-1, 1],
};
