/** Kernel of `hardSwish`: g = 0 for h ≤ −3, h (h / 6 + ½) for −3 < h < 3, and h for h ≥ 3. */
import { f32x4, i32x4 } from '../../assembler.js';
import { type ActivationKernel, one, zero } from './kernel.js';

export const hardSwish: ActivationKernel = {
  emit: (_, h, g, derivative) => [
    derivative.set(f32x4.add(f32x4.mul(h.get, f32x4.const(1 / 3)), f32x4.const(0.5))),
    derivative.set(i32x4.select(derivative.get, zero, f32x4.gt(h.get, f32x4.const(-3)))),
    derivative.set(i32x4.select(derivative.get, one, f32x4.lt(h.get, f32x4.const(3)))),
    g.set(f32x4.pmin(f32x4.pmax(f32x4.add(f32x4.mul(h.get, f32x4.const(1 / 6)), f32x4.const(0.5)), zero), one)),
    g.set(f32x4.mul(h.get, g.get)),
  ],
};
