/**
 * Kernels of `sgd`.
 *
 *     plain                 p ← p − rate · g
 *     with weight decay     p ← p − rate · (g + weightDecay · p)
 *     with momentum         g ← g + weightDecay · p;  m ← momentum · m + gradientFactor · g;  p ← p − rate · m
 *     Nesterov              g and m as with momentum;  p ← p − rate · (g + momentum · m)
 *
 * `gradientFactor` is 1 in the first step and 1 − dampening in later steps.
 */
import { f32x4 } from '../../assembler.js';
import { boundIf, maxRate, type OptimizerKernel, type OptimizerKernels } from './kernel.js';

const { add, mul, sub } = f32x4;

/** Plain gradient descent. `unrolled/parameters.ts` contains an unrolled version of this kernel. */
export const plain: OptimizerKernel = {
  scalars: ['rate'],
  vectors: [],
  emit: ({ p, g, scalars: { rate } }) => p.set(sub(p.get, mul(rate, g.get))),
  overflowBound: ({ rate }) => boundIf(rate <= maxRate, rate),
};

const withDecay: OptimizerKernel = {
  scalars: ['rate', 'weightDecay'],
  vectors: [],
  emit: ({ p, g, scalars: { rate, weightDecay } }) => p.set(sub(p.get, mul(rate, add(g.get, mul(weightDecay, p.get))))),
  overflowBound: ({ rate, weightDecay }) =>
    boundIf(rate <= maxRate && rate * weightDecay <= 1 && weightDecay <= 1, rate),
};

const momentumKernel = (nesterov: boolean): OptimizerKernel => ({
  scalars: ['rate', 'weightDecay', 'momentum', 'gradientFactor'],
  vectors: ['momentum'],
  emit({ p, g, scalars: { rate, weightDecay, momentum, gradientFactor }, vectors: { momentum: vector }, local }) {
    const m = local();
    return [
      g.set(add(g.get, mul(weightDecay, p.get))),
      m.set(add(mul(momentum, vector.get), mul(gradientFactor, g.get))),
      vector.set(m.get),
      p.set(sub(p.get, mul(rate, nesterov ? add(g.get, mul(momentum, m.get)) : m.get))),
    ];
  },
  overflowBound: ({ rate, weightDecay, momentum }) =>
    boundIf(rate <= maxRate && rate * weightDecay <= 1 && weightDecay <= 1, (2 * Math.max(1, rate)) / (1 - momentum)),
});

const [withMomentum, withNesterov] = [momentumKernel(false), momentumKernel(true)];

export const sgd: OptimizerKernels = {
  kernels: [plain, withDecay, withMomentum, withNesterov],
  choose({ momentum, nesterov, weightDecay }) {
    if (momentum > 0) return nesterov === 1 ? withNesterov : withMomentum;
    return weightDecay > 0 ? withDecay : plain;
  },
};
