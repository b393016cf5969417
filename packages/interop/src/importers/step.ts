/**
 * Step functions of other libraries. Their derivative is 0, so a network with step functions can predict, but no
 * gradient passes through them in training.
 */
import type { Activation } from '@nnbp/core';

/** $g(h) = 1$ for $h > 0$, otherwise 0; $g'(h) = 0$. `STEP` in neataptic, `HLIM` in synaptic. For prediction only. */
export const step: Activation = {
  name: 'step',
  value: (h) => (h > 0 ? 1 : 0),
  derivative: () => 0,
  kinks: [0],
};

/** $g(h) = 1$ for $h > 0$, otherwise −1; $g'(h) = 0$. `BIPOLAR` in neataptic. For prediction only. */
export const bipolarStep: Activation = {
  name: 'bipolarStep',
  value: (h) => (h > 0 ? 1 : -1),
  derivative: () => 0,
  kinks: [0],
};
