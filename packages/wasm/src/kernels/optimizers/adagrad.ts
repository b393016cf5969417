/** Kernel of `adagrad`: g ← g + weightDecay · p;  s ← s + g²;  p ← p − rate · g / (√s + ε). */
import { f32x4 } from '../../assembler.js';
import { boundIf, maxRate, minEpsilon, single } from './kernel.js';

const { add, div, mul, sqrt, sub } = f32x4;

export const adagrad = single({
  scalars: ['rate', 'weightDecay', 'epsilon'],
  vectors: ['sum'],
  emit({ p, g, scalars: { rate, weightDecay, epsilon }, vectors: { sum }, local }) {
    const s = local();
    return [
      g.set(add(g.get, mul(weightDecay, p.get))),
      s.set(add(sum.get, mul(g.get, g.get))),
      sum.set(s.get),
      p.set(sub(p.get, div(mul(rate, g.get), add(sqrt(s.get), epsilon)))),
    ];
  },
  overflowBound: ({ rate, weightDecay, epsilon }) =>
    boundIf(rate <= maxRate && weightDecay <= 1 && epsilon >= minEpsilon, Math.max(1, rate)),
});
