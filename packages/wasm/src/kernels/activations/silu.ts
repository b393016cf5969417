/**
 * Kernel of `silu`: g = h σ(h), g' = σ(h) (1 + h σ(−h)). Before the last two instructions, `g` is σ(h) and `derivative`
 * is σ(−h).
 */
import { f32x4, i32x4 } from '../../assembler.js';
import { type ActivationKernel, locals, one, sigmoids, zero } from './kernel.js';

export const silu: ActivationKernel = {
  emit: (context, h, g, derivative) => {
    const [e, high, low] = locals(context, 3);
    return [
      sigmoids(context, h, e, high, low),
      g.set(i32x4.select(high.get, low.get, f32x4.gt(h.get, zero))),
      derivative.set(i32x4.select(low.get, high.get, f32x4.gt(h.get, zero))),
      derivative.set(f32x4.mul(g.get, f32x4.add(one, f32x4.mul(h.get, derivative.get)))),
      g.set(f32x4.mul(h.get, g.get)),
    ];
  },
};
