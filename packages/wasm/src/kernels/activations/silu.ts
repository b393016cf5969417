/** Kernel of `silu`: g = h σ(h), g' = σ(h) (1 + h σ(−h)) */
import { f32x4, i32x4 } from '../../assembler.js';
import { type ActivationKernel, locals, one, sigmoids, zero } from './kernel.js';

export const silu: ActivationKernel = {
  emit: (context, h, g, derivative) => {
    const [e, right, left] = locals(context, 3);
    return [
      sigmoids(context, h, e, right, left),
      g.set(i32x4.select(right.get, left.get, f32x4.gt(h.get, zero))),
      derivative.set(i32x4.select(left.get, right.get, f32x4.gt(h.get, zero))),
      derivative.set(f32x4.mul(g.get, f32x4.add(one, f32x4.mul(h.get, derivative.get)))),
      g.set(f32x4.mul(h.get, g.get)),
    ];
  },
};
