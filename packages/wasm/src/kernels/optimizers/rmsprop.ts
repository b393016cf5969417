/**
 * Kernels of `rmsprop`.
 *
 *     always               g ← g + weightDecay · p;  v ← α v + (1 − α) g²;  step = g / (√v + ε)
 *     if centered          step = g / (√(v − a²) + ε) with the mean gradient a ← α a + (1 − α) g
 *     without momentum     p ← p − rate · step
 *     with momentum        m ← momentum · m + step;  p ← p − rate · m
 */
import { type Code, f32x4 } from '../../assembler.js';
import { boundIf, maxRate, minEpsilon, type OptimizerKernel, type OptimizerKernels } from './kernel.js';

const { add, div, mul, pmax, sqrt, sub } = f32x4;

const kernelFor = (centered: boolean, withMomentum: boolean): OptimizerKernel => ({
  scalars: ['rate', 'weightDecay', 'smoothing', 'oneMinusSmoothing', 'epsilon', 'momentum'],
  vectors: ['square', ...(centered ? ['mean'] : []), ...(withMomentum ? ['momentum'] : [])],
  emit({ p, g, scalars, vectors: { square, mean, momentum: m }, local }): Code {
    const { rate, weightDecay, smoothing, oneMinusSmoothing, epsilon, momentum } = scalars;
    const [v, a] = [local(), local()];
    return [
      g.set(add(g.get, mul(weightDecay, p.get))),
      v.set(add(mul(smoothing, square.get), mul(oneMinusSmoothing, mul(g.get, g.get)))),
      square.set(v.get),
      centered
        ? [
            a.set(add(mean.get, mul(oneMinusSmoothing, sub(g.get, mean.get)))),
            mean.set(a.get),
            // Rounding can make the difference negative if all gradients were equal.
            v.set(pmax(sub(v.get, mul(a.get, a.get)), f32x4.const(0))),
          ]
        : [],
      g.set(div(g.get, add(sqrt(v.get), epsilon))),
      withMomentum ? [g.set(add(mul(momentum, m.get), g.get)), m.set(g.get)] : [],
      p.set(sub(p.get, mul(rate, g.get))),
    ];
  },
  // A step is at most g / ε.
  overflowBound: ({ rate, weightDecay, epsilon, momentum }) =>
    boundIf(
      rate <= maxRate && weightDecay <= 1 && epsilon >= minEpsilon,
      Math.max(1, rate) / (Math.min(1, epsilon) * (1 - momentum)),
    ),
});

const kernels = [kernelFor(false, false), kernelFor(false, true), kernelFor(true, false), kernelFor(true, true)];

export const rmsprop: OptimizerKernels = {
  kernels,
  choose: ({ centered, momentum }) => kernels[2 * centered + Number(momentum > 0)],
};
