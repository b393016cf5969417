/** Kernel of `mean`: dA/dz_e = 1 / n. */
import { f32x4 } from '../../assembler.js';
import type { AggregationKernel } from './kernel.js';

export const mean: AggregationKernel = {
  emit: (_, edges, a) => [
    a.set(f32x4.const(0)),
    edges.forward(edges.setSlope(edges.share), a.set(f32x4.add(a.get, edges.z.get))),
    a.set(f32x4.mul(a.get, edges.share)),
  ],
};
