/** Kernel of `mean`: A(z) = Σ z_e / n, dA/dz_e = 1 / n, where n is the number of edges. */
import { f32x4 } from '../../assembler.js';
import type { AggregationKernel } from './kernel.js';

export const mean: AggregationKernel = {
  emit: (_, edges, a) => [
    a.set(f32x4.const(0)),
    edges.forward(edges.setSlope(edges.share), a.set(f32x4.add(a.get, edges.z.get))),
    a.set(f32x4.mul(a.get, edges.share)),
  ],
};
