/** Kernel of `logSumExp`: m + ln Σ exp(z_e − m) with m = max z; dA/dz_e = exp(z_e − m) / Σ exp(z_e − m). */
import { f32x4, v128 } from '../../assembler.js';
import { exp, log } from '../elementary.js';
import type { AggregationKernel } from './kernel.js';

const { const: constant, add, div, max, mul, sub } = f32x4;

export const logSumExp: AggregationKernel = {
  emit(context, edges, a) {
    const [largest, total, term] = [context.local(v128), context.local(v128), context.local(v128)];
    return [
      largest.set(constant(-Infinity)),
      edges.forward(largest.set(max(largest.get, edges.z.get))),
      total.set(constant(0)),
      edges.forward(
        exp(context, sub(edges.z.get, largest.get), term),
        edges.setSlope(term.get),
        total.set(add(total.get, term.get)),
      ),
      log(context, total.get, a),
      a.set(add(a.get, largest.get)),
      total.set(div(constant(1), total.get)),
      edges.forward(edges.setSlope(mul(edges.slope, total.get))),
    ];
  },
};
