/** The straight line, weighted by how likely a standard normal number is below it. The exact form, with erf. */
import type { Activation } from '@nnbp/core';
import { normalDensity, normalDistribution } from './normal.js';

/** $g(h) = h \, \Phi(h)$, $g'(h) = \Phi(h) + h \, \varphi(h)$ (Hendrycks and Gimpel 2016). */
export const gelu: Activation = {
  name: 'gelu',
  value: (h) => (h < -40 ? -0 : h * normalDistribution(h)),
  derivative: (h) => (h < -40 ? 0 : normalDistribution(h) + h * normalDensity(h)),
  builtin: { name: 'gelu', options: {} },
};
