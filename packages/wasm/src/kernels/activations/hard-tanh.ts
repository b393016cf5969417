/** Kernel of `hardTanh`: g = −1 for h ≤ −1, h for −1 < h < 1, and 1 for h ≥ 1. */
import { f32x4, i32x4 } from '../../assembler.js';
import { type ActivationKernel, one } from './kernel.js';

export const hardTanh: ActivationKernel = {
  emit: (_, h, g, derivative) => [
    derivative.set(i32x4.and(i32x4.and(f32x4.gt(h.get, f32x4.const(-1)), f32x4.lt(h.get, one)), one)),
    g.set(f32x4.pmin(f32x4.pmax(h.get, f32x4.const(-1)), one)),
  ],
};
