/**
 * Kernel of `logCosh`: ln cosh d with d = x − t, derivative tanh d. With e = exp(−|d|) and m = e − 1:
 *
 *     ln cosh d = ln(1 + m² / (2 e)) for |d| ≤ 1, else |d| − ln 2 + ln(1 + e²);   tanh |d| = −m (m + 2) / (1 + e²)
 */
import { f32x4, i32x4, v128 } from '../../assembler.js';
import { expMinusOne, logOnePlus } from '../elementary.js';
import type { LossKernel } from './kernel.js';

const { const: constant, abs, add, div, gt, mul, neg, sub } = f32x4;

export const logCosh: LossKernel = {
  reduction: 'mean',
  emit(context, x, t, derivative, value) {
    const [d, e, m, z] = Array.from({ length: 4 }, () => context.local(v128));
    const far = gt(abs(d.get), constant(1));
    return [
      d.set(sub(x.get, t.get)),
      expMinusOne(context, neg(abs(d.get)), m, e),
      derivative.set(div(neg(mul(m.get, add(m.get, constant(2)))), add(constant(1), mul(e.get, e.get)))),
      derivative.set(i32x4.xor(derivative.get, i32x4.and(d.get, i32x4.const(0x80000000)))),
      z.set(i32x4.select(mul(e.get, e.get), div(mul(m.get, m.get), add(e.get, e.get)), far)),
      logOnePlus(context, z, value),
      value.set(add(value.get, i32x4.and(far, sub(abs(d.get), constant(Math.LN2))))),
    ];
  },
};
