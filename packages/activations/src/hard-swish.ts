/** Hard swish: h times the hard sigmoid of h, as in MobileNetV3. */
import type { Activation } from '@nnbp/core';
import type { ActivationRecord } from './record.js';

/**
 * Hard swish: $g(h) = h \min(\max(h / 6 + \tfrac12, 0), 1)$ (Howard et al. 2019). $g'(h)$ is 0 for
 * $h \le -3$, $\tfrac h3 + \tfrac12$ for $-3 < h < 3$, and 1 for $h \ge 3$.
 */
export const hardSwish: Activation = {
  name: 'hardSwish',
  value: (h) => (h <= -3 ? 0 : h >= 3 ? h : h * (h / 6 + 0.5)),
  derivative: (h) => (h <= -3 ? 0 : h >= 3 ? 1 : h / 3 + 0.5),
  kinks: [-3, 3],
  builtin: { name: 'hardSwish', options: {} },
};

/** See {@link ActivationRecord}. */
export const hardSwishRecord: ActivationRecord = {
  activation: hardSwish,
  make: () => hardSwish,
  options: {},
  formula: 'h \\min(\\max(\\tfrac h6 + \\tfrac12, 0), 1)',
  derivative: '\\tfrac h3 + \\tfrac12 \\text{ for } -3 < h < 3, \\text{ else } [h \\ge 3]',
  range: [-0.375, Infinity],
};
