/** Kernel of `bentIdentity`: g = h + h² / (2 (√(h² + 1) + 1)), g' = 1 + h / (2 √(h² + 1)) */
import { f32x4 } from '../../assembler.js';
import { type ActivationKernel, locals, one } from './kernel.js';

/**
 * In the quotients h / √(h² + 1) and h / (√(h² + 1) + 1), |h| is limited to this bound, whose square does not overflow.
 * At and above the bound, both quotients are ±1 in float32.
 */
const bound = f32x4.const(1e18);
const half = f32x4.const(0.5);

export const bentIdentity: ActivationKernel = {
  emit(context, h, g, derivative) {
    const [bounded, root] = locals(context, 2);
    return [
      bounded.set(f32x4.pmin(f32x4.pmax(h.get, f32x4.const(-1e18)), bound)),
      root.set(f32x4.sqrt(f32x4.add(f32x4.mul(bounded.get, bounded.get), one))),
      derivative.set(f32x4.add(one, f32x4.mul(half, f32x4.div(bounded.get, root.get)))),
      g.set(f32x4.mul(half, f32x4.div(bounded.get, f32x4.add(root.get, one)))),
      g.set(f32x4.add(h.get, f32x4.mul(h.get, g.get))),
    ];
  },
};
