/**
 * Gaussian error linear unit, in its exact form (with erf): h times the probability that a standard normal variable is
 * below h.
 */
import type { Activation } from '@nnbp/core';
import { normalDensity, normalDistribution } from './normal.js';
import type { ActivationRecord } from './record.js';

/**
 * Gaussian error linear unit: $g(h) = h \, \Phi(h)$, $g'(h) = \Phi(h) + h \, \varphi(h)$ (Hendrycks and Gimpel 2016).
 */
export const gelu: Activation = {
  name: 'gelu',
  value: (h) => (h < -40 ? -0 : h * normalDistribution(h)),
  derivative: (h) => (h < -40 ? 0 : normalDistribution(h) + h * normalDensity(h)),
  builtin: { name: 'gelu', options: {} },
};

/** See {@link ActivationRecord}. */
export const geluRecord: ActivationRecord = {
  activation: gelu,
  make: () => gelu,
  options: {},
  formula: 'h \\, \\Phi(h)',
  derivative: '\\Phi(h) + h \\, \\varphi(h)',
  range: [-0.16997120747990366, Infinity],
};
