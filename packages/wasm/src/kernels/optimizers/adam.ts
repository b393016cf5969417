/**
 * Kernel of `adam` and `adamw`: g ← g + decay · p;  m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;
 * p ← parameterFactor · p − rate · m / (√v · correction + ε).
 */
import { f32x4 } from '../../assembler.js';
import { boundIf, maxRate, minEpsilon, single } from './kernel.js';

const { add, div, mul, sqrt, sub } = f32x4;

export const adam = single({
  scalars: [
    'rate',
    'parameterFactor',
    'decay',
    'beta1',
    'oneMinusBeta1',
    'beta2',
    'oneMinusBeta2',
    'correction',
    'epsilon',
  ],
  vectors: ['mean', 'square'],
  emit({ p, g, scalars, vectors: { mean, square }, local }) {
    const { rate, parameterFactor, decay, beta1, oneMinusBeta1, beta2, oneMinusBeta2, correction, epsilon } = scalars;
    const m = local();
    return [
      g.set(add(g.get, mul(decay, p.get))),
      p.set(mul(parameterFactor, p.get)),
      m.set(add(mul(beta1, mean.get), mul(oneMinusBeta1, g.get))),
      mean.set(m.get),
      g.set(add(mul(beta2, square.get), mul(oneMinusBeta2, mul(g.get, g.get)))),
      square.set(g.get),
      p.set(sub(p.get, div(mul(rate, m.get), add(mul(sqrt(g.get), correction), epsilon)))),
    ];
  },
  overflowBound: ({ rate, parameterFactor, decay, epsilon }) =>
    boundIf(rate <= maxRate && parameterFactor >= 0 && decay <= 1 && epsilon >= minEpsilon, 1),
});
