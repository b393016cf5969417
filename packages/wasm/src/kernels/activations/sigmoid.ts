/** Kernel of `sigmoid`: g = 1 / (1 + exp(−h)), g' = g (1 − g) */
import { f32x4 } from '../../assembler.js';
import { exp } from '../elementary.js';
import { type ActivationKernel, one } from './kernel.js';

export const sigmoid: ActivationKernel = {
  emit: (context, h, g, derivative) => [
    exp(context, h.get, g, -1),
    g.set(f32x4.div(one, f32x4.add(one, g.get))),
    derivative.set(f32x4.mul(g.get, f32x4.sub(one, g.get))),
  ],
};
