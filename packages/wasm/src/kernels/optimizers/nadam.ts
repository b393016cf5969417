/**
 * Kernel of `nadam`: g ← g + weightDecay · p;  m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;
 * p ← p − (gradientFactor · g + meanFactor · m) / (√v · correction + ε).
 */
import { f32x4 } from '../../assembler.js';
import { boundIf, maxRate, minEpsilon, single } from './kernel.js';

const { add, div, mul, sqrt, sub } = f32x4;

export const nadam = single({
  scalars: [
    'gradientFactor',
    'meanFactor',
    'weightDecay',
    'beta1',
    'oneMinusBeta1',
    'beta2',
    'oneMinusBeta2',
    'correction',
    'epsilon',
  ],
  vectors: ['mean', 'square'],
  emit({ p, g, scalars, vectors: { mean, square }, local }) {
    const { gradientFactor, meanFactor, weightDecay, beta1, oneMinusBeta1, beta2, oneMinusBeta2, correction, epsilon } =
      scalars;
    const [m, v] = [local(), local()];
    return [
      g.set(add(g.get, mul(weightDecay, p.get))),
      m.set(add(mul(beta1, mean.get), mul(oneMinusBeta1, g.get))),
      mean.set(m.get),
      v.set(add(mul(beta2, square.get), mul(oneMinusBeta2, mul(g.get, g.get)))),
      square.set(v.get),
      g.set(add(mul(gradientFactor, g.get), mul(meanFactor, m.get))),
      p.set(sub(p.get, div(g.get, add(mul(sqrt(v.get), correction), epsilon)))),
    ];
  },
  overflowBound: ({ gradientFactor, meanFactor, weightDecay, epsilon }) =>
    boundIf(gradientFactor + meanFactor <= maxRate && weightDecay <= 1 && epsilon >= minEpsilon, 1),
});
