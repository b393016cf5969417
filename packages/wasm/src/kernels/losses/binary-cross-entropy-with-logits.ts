/** Kernel of `binaryCrossEntropyWithLogits`: max(x, 0) − x t + ln(1 + exp(−|x|)), derivative sigmoid(x) − t. */
import { f32x4, v128 } from '../../assembler.js';
import { exp, log } from '../elementary.js';
import type { LossKernel } from './kernel.js';

const { const: constant, abs, add, div, mul, pmax, sub } = f32x4;

export const binaryCrossEntropyWithLogits: LossKernel = {
  reduction: 'mean',
  emit(context, x, t, derivative, value) {
    const e = context.local(v128);
    return [
      exp(context, abs(x.get), e, -1),
      log(context, add(constant(1), e.get), value),
      value.set(add(value.get, sub(pmax(x.get, constant(0)), mul(x.get, t.get)))),
      exp(context, x.get, e, -1),
      derivative.set(sub(div(constant(1), add(constant(1), e.get)), t.get)),
    ];
  },
};
