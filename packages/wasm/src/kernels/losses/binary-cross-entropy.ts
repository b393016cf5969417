/**
 * Kernel of `binaryCrossEntropy`: −t ln x − (1 − t) ln(1 − x), each logarithm at least −100; derivative
 * (x − t) / max(x (1 − x), 1e-12).
 */
import { type Code, f32x4, i32x4, type Local, v128 } from '../../assembler.js';
import { log } from '../elementary.js';
import type { LossKernel } from './kernel.js';

const { const: constant, add, div, gt, mul, neg, pmax, sub } = f32x4;

export const binaryCrossEntropy: LossKernel = {
  reduction: 'mean',
  emit(context, x, t, derivative, value) {
    const [oneMinusX, lnOneMinusX, tiny] = [context.local(v128), context.local(v128), constant(2 ** -126)];
    // log() is correct for normal numbers only; at 0 the logarithm is −100 by definition.
    const boundedLog = (argument: Code, result: Local): Code => [
      log(context, pmax(argument, tiny), result),
      result.set(i32x4.select(result.get, constant(-100), gt(argument, constant(0)))),
    ];
    return [
      oneMinusX.set(sub(constant(1), x.get)),
      boundedLog(x.get, value),
      boundedLog(oneMinusX.get, lnOneMinusX),
      value.set(neg(add(mul(t.get, value.get), mul(sub(constant(1), t.get), lnOneMinusX.get)))),
      derivative.set(div(sub(x.get, t.get), pmax(mul(x.get, oneMinusX.get), constant(1e-12)))),
    ];
  },
};
