/**
 * Kernel of `lion`: p ← parameterFactor · p − rate · sign(β₁ m + (1 − β₁) g);  m ← β₂ m + (1 − β₂) g.
 * `parameterFactor` is 1 − rate · weightDecay.
 */
import { f32x4 } from '../../assembler.js';
import { signOf } from '../elementary.js';
import { boundIf, maxRate, single } from './kernel.js';

const { add, mul, sub } = f32x4;

export const lion = single({
  scalars: ['rate', 'parameterFactor', 'beta1', 'oneMinusBeta1', 'beta2', 'oneMinusBeta2'],
  vectors: ['momentum'],
  emit({
    p,
    g,
    scalars: { rate, parameterFactor, beta1, oneMinusBeta1, beta2, oneMinusBeta2 },
    vectors: { momentum },
    local,
  }) {
    const [m, direction] = [local(), local()];
    return [
      m.set(momentum.get),
      direction.set(add(mul(beta1, m.get), mul(oneMinusBeta1, g.get))),
      p.set(sub(mul(parameterFactor, p.get), mul(rate, signOf(direction.get)))),
      momentum.set(add(mul(beta2, m.get), mul(oneMinusBeta2, g.get))),
    ];
  },
  overflowBound: ({ rate, parameterFactor }) => boundIf(rate <= maxRate && parameterFactor >= 0, 1),
});
