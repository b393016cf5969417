/** Bent identity: a curve whose slope rises smoothly from 1/2 to 3/2. */
import type { Activation } from '@nnbp/core';
import type { ActivationRecord } from './record.js';

/** Bent identity: $g(h) = h + \frac{\sqrt{h^2 + 1} - 1}{2}$, $g'(h) = 1 + \frac{h}{2 \sqrt{h^2 + 1}}$. */
export const bentIdentity: Activation = {
  name: 'bentIdentity',
  // √(h² + 1) − 1 equals h² / (√(h² + 1) + 1), which loses no digits near 0.
  value: (h) => h + h * (h / (2 * (Math.hypot(h, 1) + 1))),
  derivative: (h) => 1 + h / (2 * Math.hypot(h, 1)),
  builtin: { name: 'bentIdentity', options: {} },
};

/** See {@link ActivationRecord}. */
export const bentIdentityRecord: ActivationRecord = {
  activation: bentIdentity,
  make: () => bentIdentity,
  options: {},
  formula: 'h + \\tfrac12 (\\sqrt{h^2 + 1} - 1)',
  derivative: '1 + \\frac{h}{2 \\sqrt{h^2 + 1}}',
  range: [-Infinity, Infinity],
};
