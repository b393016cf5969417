/**
 * Kernel of `product`: dA/dz_e is the product of all z before e times the product of all z after e. The quotient A / z_e
 * would be NaN for z_e = 0.
 */
import { f32x4, v128 } from '../../assembler.js';
import type { AggregationKernel } from './kernel.js';

const { const: constant, mul } = f32x4;

export const product: AggregationKernel = {
  emit({ local }, edges, a) {
    const after = local(v128);
    return [
      a.set(constant(1)),
      edges.forward(edges.setSlope(a.get), a.set(mul(a.get, edges.z.get))),
      after.set(constant(1)),
      edges.backward(edges.setSlope(mul(edges.slope, after.get)), after.set(mul(after.get, edges.z.get))),
    ];
  },
};
