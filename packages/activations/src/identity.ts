/** Identity: g(h) = h. */
import type { Activation } from '@nnbp/core';
import type { ActivationRecord } from './record.js';

/** Identity: $g(h) = h$, $g'(h) = 1$. */
export const identity: Activation = {
  name: 'identity',
  value: (h) => h,
  derivative: () => 1,
  builtin: { name: 'identity', options: {} },
};

/** See {@link ActivationRecord}. */
export const identityRecord: ActivationRecord = {
  activation: identity,
  make: () => identity,
  options: {},
  formula: 'h',
  derivative: '1',
  range: [-Infinity, Infinity],
};
