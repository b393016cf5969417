/** The interface of activation kernels, and code that several of them share. */
import { type Code, f32x4, i32x4, type Local, v128 } from '../../assembler.js';
import { exp, expMinusOne, type KernelContext } from '../elementary.js';

/** An activation kernel, which processes four values of h at a time. */
export interface ActivationKernel {
  /** Names of the activation's options that the kernel reads, at most four. Default: none. */
  readonly options?: readonly string[];
  /** Sets `g` to g(h) and `derivative` to g'(h). Each option is in all four lanes. */
  emit(context: KernelContext, h: Local, g: Local, derivative: Local, options: Readonly<Record<string, Code>>): Code;
}

export const [zero, one, two] = [f32x4.const(0), f32x4.const(1), f32x4.const(2)];

/** Declares locals for intermediate results. */
export const locals = (context: KernelContext, count: number): Local[] =>
  Array.from({ length: count }, () => context.local(v128));

/** Sets `e` to exp(−|h|), `high` to sigmoid(|h|) and `low` to sigmoid(−|h|), all with full precision. */
export const sigmoids = (context: KernelContext, h: Local, e: Local, high: Local, low: Local): Code => [
  exp(context, f32x4.abs(h.get), e, -1),
  high.set(f32x4.div(one, f32x4.add(one, e.get))),
  low.set(f32x4.mul(e.get, high.get)),
];

/** Sets `g` to scale · h for h > 0, else to scale · α · (exp(h) − 1), and `derivative` to the derivative. */
export const exponentialUnit = (
  context: KernelContext,
  h: Local,
  g: Local,
  derivative: Local,
  alpha: Code,
  scale: number,
): Code => [
  expMinusOne(context, f32x4.pmin(h.get, zero), g, derivative),
  g.set(f32x4.mul(f32x4.const(scale), i32x4.select(h.get, f32x4.mul(alpha, g.get), f32x4.gt(h.get, zero)))),
  derivative.set(
    f32x4.mul(f32x4.const(scale), i32x4.select(one, f32x4.mul(alpha, derivative.get), f32x4.gt(h.get, zero))),
  ),
];
