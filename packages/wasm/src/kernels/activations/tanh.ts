/** Kernel of `tanh`: |g| = −t / (2 + t) with t = exp(−2|h|) − 1. g has the sign of h. g' = (1 − g) (1 + g). */
import { f32x4, i32x4 } from '../../assembler.js';
import { expMinusOne } from '../elementary.js';
import { type ActivationKernel, one, two } from './kernel.js';

export const tanh: ActivationKernel = {
  emit: (context, h, g, derivative) => [
    expMinusOne(context, f32x4.mul(f32x4.abs(h.get), f32x4.const(-2)), g, derivative),
    g.set(i32x4.xor(f32x4.div(f32x4.neg(g.get), f32x4.add(two, g.get)), i32x4.and(h.get, i32x4.const(0x80000000)))),
    derivative.set(f32x4.mul(f32x4.sub(one, g.get), f32x4.add(one, g.get))),
  ],
};
