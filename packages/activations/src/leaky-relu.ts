/** Leaky ReLU: h if h is positive, else a small multiple of h. */
import { type Activation, expectFiniteNumber } from '@nnbp/core';
import type { ActivationRecord } from './record.js';

const withNegativeSlope = (negativeSlope: number): Activation => ({
  name: 'leakyRelu',
  value: (h) => (h > 0 ? h : negativeSlope * h),
  derivative: (h) => (h > 0 ? 1 : negativeSlope),
  kinks: [0],
  builtin: { name: 'leakyRelu', options: { negativeSlope } },
});

/**
 * Leaky ReLU: $g(h) = h$ for $h > 0$, else $a h$; $g'(h) = 1$ for $h > 0$, else $a$. Default: $a = 0.01$.
 *
 * @example
 * ```ts
 * import { leakyRelu } from '@nnbp/activations';
 *
 * leakyRelu.value(-2); // -0.02
 * leakyRelu.negativeSlope(0.2).value(-2); // -0.4
 * ```
 */
export const leakyRelu: Activation & {
  /**
   * Returns a leaky ReLU with the given slope $a$ for negative h.
   *
   * @throws NnbpError `NOT_FINITE`
   */
  negativeSlope(a: number): Activation;
} = /* @__PURE__ */ Object.assign(/* @__PURE__ */ withNegativeSlope(0.01), {
  negativeSlope(a: number): Activation {
    expectFiniteNumber('negativeSlope', a);
    return withNegativeSlope(a);
  },
});

/** See {@link ActivationRecord}. */
export const leakyReluRecord: ActivationRecord = {
  activation: leakyRelu,
  make: ({ negativeSlope = 0.01 }) => leakyRelu.negativeSlope(negativeSlope),
  options: { negativeSlope: { default: 0.01, symbol: 'a' } },
  formula: 'h \\text{ for } h > 0, \\text{ else } a h',
  derivative: '1 \\text{ for } h > 0, \\text{ else } a',
  range: [-Infinity, Infinity],
};
