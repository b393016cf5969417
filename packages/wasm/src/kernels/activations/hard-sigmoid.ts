/** Kernel of `hardSigmoid`: g = 0 for h ≤ −3, h / 6 + ½ for −3 < h < 3, and 1 for h ≥ 3. */
import { f32x4, i32x4 } from '../../assembler.js';
import { type ActivationKernel, one, zero } from './kernel.js';

export const hardSigmoid: ActivationKernel = {
  emit: (_, h, g, derivative) => [
    derivative.set(
      i32x4.and(i32x4.and(f32x4.gt(h.get, f32x4.const(-3)), f32x4.lt(h.get, f32x4.const(3))), f32x4.const(1 / 6)),
    ),
    g.set(f32x4.pmin(f32x4.pmax(f32x4.add(f32x4.mul(h.get, f32x4.const(1 / 6)), f32x4.const(0.5)), zero), one)),
  ],
};
