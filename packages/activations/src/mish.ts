/** Mish: h times the hyperbolic tangent of the softplus of h. */
import type { Activation } from '@nnbp/core';
import type { ActivationRecord } from './record.js';

/**
 * Returns tanh(softplus(h)). With $u = e^{-|h|}$, it equals $(1 + 2u)/(1 + 2u + 2u^2)$ for $h \ge 0$ and
 * $(u^2 + 2u)/(u^2 + 2u + 2)$ for $h < 0$, which follows from $\tanh \ln y = (y^2 - 1)/(y^2 + 1)$ with $y = 1 + e^h$.
 */
function gate(h: number): number {
  const u = Math.exp(-Math.abs(h));
  return h >= 0 ? (1 + 2 * u) / (1 + 2 * u + 2 * u * u) : (u * (u + 2)) / (u * (u + 2) + 2);
}

/** Returns 1 − tanh²(softplus(h)) without cancellation, as 4 y² / (y² + 1)² with y = 1 + e^h. */
function oneMinusGateSquared(h: number): number {
  const u = Math.exp(-Math.abs(h));
  const onePlusU = 1 + u;
  const sum = h >= 0 ? 1 + 2 * u + 2 * u * u : u * (u + 2) + 2;
  return h >= 0 ? (4 * (u * onePlusU) ** 2) / sum ** 2 : (4 * onePlusU * onePlusU) / sum ** 2;
}

/**
 * Mish: $g(h) = h \tanh(\ln(1 + e^h))$, $g'(h) = \tau + h \, \sigma(h) (1 - \tau^2)$, where
 * $\tau = \tanh(\ln(1 + e^h))$ and $\sigma$ is the sigmoid (Misra 2019).
 */
export const mish: Activation = {
  name: 'mish',
  value: (h) => h * gate(h),
  derivative: (h) => gate(h) + (h * oneMinusGateSquared(h)) / (1 + Math.exp(-h)),
  builtin: { name: 'mish', options: {} },
};

/** See {@link ActivationRecord}. */
export const mishRecord: ActivationRecord = {
  activation: mish,
  make: () => mish,
  options: {},
  formula: 'h \\tanh(\\ln(1 + e^h))',
  derivative: '\\tau + h \\, \\sigma(h) (1 - \\tau^2), \\quad \\tau = \\tanh(\\ln(1 + e^h))',
  range: [-0.30884341301725043, Infinity],
};
