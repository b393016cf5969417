/**
 * Kernels of `max`, `min` and `maxAbs`. Each ranks the z_e by z_e, −z_e or |z_e|. A(z) is the first z_e with the highest
 * rank; dA/dz_e is 1 for this e and 0 for all others.
 */
import { type Code, f32x4, i32x4, v128 } from '../../assembler.js';
import type { AggregationKernel } from './kernel.js';

const { const: constant, abs, add, eq, max: maximum, neg } = f32x4;

const largest = (rank: (z: Code) => Code): AggregationKernel => ({
  emit({ local }, edges, a) {
    const [best, found, isFirst] = [local(v128), local(v128), local(v128)];
    return [
      best.set(constant(-Infinity)),
      edges.forward(best.set(maximum(best.get, rank(edges.z.get)))),
      a.set(constant(0)),
      found.set(constant(0)),
      edges.forward(
        isFirst.set(i32x4.andNot(eq(rank(edges.z.get), best.get), found.get)),
        found.set(i32x4.or(found.get, isFirst.get)),
        a.set(add(a.get, i32x4.and(edges.z.get, isFirst.get))),
        edges.setSlope(i32x4.and(isFirst.get, constant(1))),
      ),
    ];
  },
});

export const max = largest((z) => z);
export const min = largest(neg);
export const maxAbs = largest(abs);
