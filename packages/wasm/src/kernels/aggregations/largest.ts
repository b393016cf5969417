/**
 * Kernels of `max`, `min` and `maxAbs`. The rank of edge e is z_e for `max`, −z_e for `min`, and |z_e| for `maxAbs`.
 * A(z) is z_e of the first edge with the highest rank; dA/dz_e is 1 for this edge and 0 for all others.
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
