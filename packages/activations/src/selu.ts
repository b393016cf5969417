/**
 * Scaled exponential linear unit. Its constants keep the mean of the values in each layer near 0, and their standard
 * deviation near 1.
 */
import type { Activation } from '@nnbp/core';
import type { ActivationRecord } from './record.js';

/** The constants of Klambauer et al. (2017) in full precision. */
const alpha = 1.6732632423543772;
const scale = 1.0507009873554805;

/**
 * Scaled exponential linear unit: $g(h) = \lambda h$ for $h > 0$, else $\lambda \alpha (e^h - 1)$, with
 * $\alpha \approx 1.6733$ and $\lambda \approx 1.0507$.
 */
export const selu: Activation = {
  name: 'selu',
  value: (h) => scale * (h > 0 ? h : alpha * Math.expm1(h)),
  derivative: (h) => scale * (h > 0 ? 1 : alpha * Math.exp(h)),
  kinks: [0],
  builtin: { name: 'selu', options: {} },
};

/** See {@link ActivationRecord}. */
export const seluRecord: ActivationRecord = {
  activation: selu,
  make: () => selu,
  options: {},
  formula:
    '\\lambda h \\text{ for } h > 0, \\text{ else } \\lambda \\alpha (e^h - 1), \\quad \\alpha \\approx 1.6733, \\; \\lambda \\approx 1.0507',
  derivative: '\\lambda \\text{ for } h > 0, \\text{ else } \\lambda \\alpha e^h',
  // -λα, as a literal: bundlers do not evaluate a product of constants.
  range: [-1.7580993408473766, Infinity],
};
