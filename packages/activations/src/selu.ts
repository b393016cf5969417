/** The exponential linear unit scaled so that values keep mean 0 and deviation 1 from layer to layer. */
import type { Activation } from '@nnbp/core';

/** The two constants of Klambauer et al. 2017, in full. */
const alpha = 1.6732632423543772;
const scale = 1.0507009873554805;

/** $g(h) = \lambda h$ above 0, else $\lambda \alpha (e^h - 1)$, with $\alpha \approx 1.6733$, $\lambda \approx 1.0507$. */
export const selu: Activation = {
  name: 'selu',
  value: (h) => scale * (h > 0 ? h : alpha * Math.expm1(h)),
  derivative: (h) => scale * (h > 0 ? 1 : alpha * Math.exp(h)),
  kinks: [0],
  builtin: { name: 'selu', options: {} },
};
