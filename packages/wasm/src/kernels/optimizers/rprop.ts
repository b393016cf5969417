/**
 * Kernel of `rprop`: adapts a step size for each parameter. `last` is g of the previous step.
 *
 *     if g · last > 0       size ← min(η⁺ size, maximumStep)
 *     if g · last < 0       size ← max(η⁻ size, minimumStep);  g ← 0
 *     then, in each case    p ← p − sign(g) · size;  last ← g
 */
import { f32x4, i32x4 } from '../../assembler.js';
import { signOf } from '../elementary.js';
import { boundIf, maxRate, single } from './kernel.js';

const { const: constant, gt, lt, mul, pmax, pmin, sub } = f32x4;

export const rprop = single({
  scalars: ['etaMinus', 'etaPlus', 'minimumStep', 'maximumStep'],
  vectors: ['last', 'size'],
  emit({ p, g, scalars: { etaMinus, etaPlus, minimumStep, maximumStep }, vectors: { last, size }, local }) {
    const [previous, agreement, s] = [local(), local(), local()];
    const [same, changed] = [gt(agreement.get, constant(0)), lt(agreement.get, constant(0))];
    return [
      previous.set(last.get),
      agreement.set(mul(signOf(g.get), signOf(previous.get))),
      s.set(size.get),
      s.set(
        i32x4.select(
          pmin(mul(s.get, etaPlus), maximumStep),
          i32x4.select(pmax(mul(s.get, etaMinus), minimumStep), s.get, changed),
          same,
        ),
      ),
      size.set(s.get),
      g.set(i32x4.select(constant(0), g.get, changed)),
      last.set(g.get),
      p.set(sub(p.get, mul(signOf(g.get), s.get))),
    ];
  },
  overflowBound: ({ maximumStep }) => boundIf(maximumStep <= maxRate, 1),
});
