/**
 * Activations run inside: for whole rows, g(h), the node's value c · g(h) and its slope c · g'(h) at once, since all
 * three come from the same intermediate results.
 */
import {
  type Assembler,
  type Callable,
  type Code,
  control,
  f32x4,
  i32,
  i32x4,
  int,
  type Local,
  type MultiplyAdd,
  v128,
} from '../assembler.js';
import { unit, word } from '../memory-map.js';
import {
  exp,
  expMinusOne,
  expOfSquare,
  logOnePlus,
  polynomial,
  sineAndCosine,
  type KernelContext,
} from './elementary.js';

/** Leaves g(h) in `g` and g'(h) in `derivative`. `option` is the number the activation was given, in all lanes. */
type VectorActivation = (shop: KernelContext, h: Local, g: Local, derivative: Local, option: Local) => Code;

const { const: constant, add, sub, mul, div, abs, gt, pmax, pmin } = f32x4;
const { select, and, xor } = i32x4;
const [zero, one, two] = [constant(0), constant(1), constant(2)];
const signBit = i32x4.const(0x80000000);

/** Locals for intermediate results. */
const locals = (shop: KernelContext, count: number): Local[] => Array.from({ length: count }, () => shop.local(v128));

/** Sets `e` to exp(−|h|), `right` to sigmoid(|h|) and `left` to sigmoid(−|h|): each with all its digits. */
const sigmoids = (shop: KernelContext, h: Local, e: Local, right: Local, left: Local): Code => [
  exp(shop, abs(h.get), e, -1),
  right.set(div(one, add(one, e.get))),
  left.set(mul(e.get, right.get)),
];

/** For h > 0: scale · h; else scale · α · (exp(h) − 1). */
const exponentialUnit = (
  shop: KernelContext,
  h: Local,
  g: Local,
  derivative: Local,
  alpha: Code,
  scale: number,
): Code => [
  expMinusOne(shop, pmin(h.get, zero), g, derivative),
  g.set(mul(constant(scale), select(h.get, mul(alpha, g.get), gt(h.get, zero)))),
  derivative.set(mul(constant(scale), select(one, mul(alpha, derivative.get), gt(h.get, zero)))),
];

/**
 * Φ(−z) / exp(−z² / 2), z ≥ 0, is t · (this polynomial of t) with t = 1 / (1 + 0.3 z), within 4e-9 of itself up to 14.5;
 * fitted by weighted least squares at Chebyshev's nodes.
 */
const normalTail = [
  0.30001169786120424, 0.299688320688927, 0.2766112821808631, 0.19508447416245334, 0.24522031527049695,
  -0.20707228392296273, 0.4905157767413765, -0.5794944911424621, 0.2850407368835252, -0.0522916964620171,
].map((coefficient) => coefficient / Math.sqrt(2 * Math.PI));

/** By the name a built-in gives itself. A newcomer goes here, or stays custom: then it is called back. */
export const vectorActivations: Readonly<Record<string, VectorActivation>> = {
  identity: (_, h, g, derivative) => [g.set(h.get), derivative.set(one)],

  /** g = 1 / (1 + exp(−h)), g' = g (1 − g) */
  sigmoid: (shop, h, g, derivative) => [
    exp(shop, h.get, g, -1),
    g.set(div(one, add(one, g.get))),
    derivative.set(mul(g.get, sub(one, g.get))),
  ],

  /** g = max(h, 0), g' = 1 where h > 0 */
  relu: (_, h, g, derivative) => [g.set(pmax(h.get, zero)), derivative.set(and(gt(h.get, zero), one))],

  leakyRelu: (_, h, g, derivative, negativeSlope) => [
    derivative.set(select(one, negativeSlope.get, gt(h.get, zero))),
    g.set(mul(h.get, derivative.get)),
  ],

  elu: (shop, h, g, derivative, alpha) => exponentialUnit(shop, h, g, derivative, alpha.get, 1),

  selu: (shop, h, g, derivative) =>
    exponentialUnit(shop, h, g, derivative, constant(1.6732632423543772), 1.0507009873554805),

  /** g = −t / (2 + t) with t = exp(−2|h|) − 1, and the sign of h; g' = (1 − g) (1 + g) */
  tanh: (shop, h, g, derivative) => [
    expMinusOne(shop, mul(abs(h.get), constant(-2)), g, derivative),
    g.set(xor(div(f32x4.neg(g.get), add(two, g.get)), and(h.get, signBit))),
    derivative.set(mul(sub(one, g.get), add(one, g.get))),
  ],

  /** g = max(h, 0) + ln(1 + exp(−|h|)), g' = sigmoid(h) */
  softplus: (shop, h, g, derivative) => {
    const [e, left] = locals(shop, 2);
    return [
      sigmoids(shop, h, e, derivative, left),
      derivative.set(select(derivative.get, left.get, gt(h.get, zero))),
      logOnePlus(shop, e, g),
      g.set(add(pmax(h.get, zero), g.get)),
    ];
  },

  /** g = h / (1 + |h|), g' = 1 / (1 + |h|)² */
  softsign: (_, h, g, derivative) => [
    derivative.set(div(one, add(one, abs(h.get)))),
    g.set(mul(h.get, derivative.get)),
    derivative.set(mul(derivative.get, derivative.get)),
  ],

  /** g = h σ(h), g' = σ(h) (1 + h σ(−h)) */
  silu: (shop, h, g, derivative) => {
    const [e, right, left] = locals(shop, 3);
    return [
      sigmoids(shop, h, e, right, left),
      g.set(select(right.get, left.get, gt(h.get, zero))),
      derivative.set(select(left.get, right.get, gt(h.get, zero))),
      derivative.set(mul(g.get, add(one, mul(h.get, derivative.get)))),
      g.set(mul(h.get, g.get)),
    ];
  },

  /** g = h Φ(h), g' = Φ(h) + h φ(h), with the standard normal distribution Φ and density φ */
  gelu: (shop, h, g, derivative) => {
    const [e, t, tail] = locals(shop, 3);
    const [setup, series] = polynomial(shop, normalTail, t);
    return [
      expOfSquare(shop, h, e, 2),
      t.set(div(one, add(one, mul(constant(0.3), abs(h.get))))),
      setup,
      tail.set(mul(mul(e.get, t.get), series)),
      tail.set(select(sub(one, tail.get), tail.get, gt(h.get, zero))),
      g.set(mul(h.get, tail.get)),
      derivative.set(add(tail.get, mul(h.get, mul(e.get, constant(1 / Math.sqrt(2 * Math.PI)))))),
    ];
  },

  /** g = exp(−h²), g' = −2 h g */
  gaussian: (shop, h, g, derivative) => [
    expOfSquare(shop, h, g, 1),
    derivative.set(mul(mul(constant(-2), h.get), g.get)),
  ],

  /**
   * g = h · a with a = tanh(softplus(h)). With e = exp(−|h|), n = 1 + 2e and m = 2e² for h ≥ 0, n = e² + 2e and m = 2
   * for h < 0:  a = n / (n + m),  g' = a + h · σ(h) · (1 − a) (1 + a),  1 − a = m / (n + m)
   */
  mish: (shop, h, g, derivative) => {
    const [e, right, left, n, m] = locals(shop, 5);
    const positive = gt(h.get, zero);
    return [
      sigmoids(shop, h, e, right, left),
      left.set(select(right.get, left.get, positive)),
      n.set(mul(e.get, add(e.get, two))),
      n.set(select(add(one, add(e.get, e.get)), n.get, positive)),
      m.set(select(mul(two, mul(e.get, e.get)), two, positive)),
      right.set(div(one, add(n.get, m.get))),
      g.set(mul(n.get, right.get)),
      derivative.set(mul(mul(mul(m.get, right.get), add(one, g.get)), mul(h.get, left.get))),
      derivative.set(add(g.get, derivative.get)),
      g.set(mul(h.get, g.get)),
    ];
  },

  /** g = sin(ω h), g' = ω cos(ω h) */
  sine: (shop, h, g, derivative, frequency) => [
    sineAndCosine(shop, h, frequency, g, derivative),
    derivative.set(mul(frequency.get, derivative.get)),
  ],

  /** g = h / 6 + ½ between −3 and 3, 0 below, 1 above */
  hardSigmoid: (_, h, g, derivative) => [
    derivative.set(and(i32x4.and(gt(h.get, constant(-3)), f32x4.lt(h.get, constant(3))), constant(1 / 6))),
    g.set(pmin(pmax(add(mul(h.get, constant(1 / 6)), constant(0.5)), zero), one)),
  ],

  /** g = h between −1 and 1, −1 below, 1 above */
  hardTanh: (_, h, g, derivative) => [
    derivative.set(and(i32x4.and(gt(h.get, constant(-1)), f32x4.lt(h.get, one)), one)),
    g.set(pmin(pmax(h.get, constant(-1)), one)),
  ],
};

/** The names in the order of their codes. */
export const activationNames = Object.keys(vectorActivations);

/** The code of a kernel that leaves g(h) and g'(h) in locals, by its number. */
export const vectorActivation = (code: number): VectorActivation => vectorActivations[activationNames[code]];

/** Codes from here on are custom activations, called back. */
export const customActivation = 256;

/**
 * Called with a unit's address and the nodes from, to of it: reads h from the g rows, writes g, x and slope rows. One
 * loop over all vectors of all rows, so that the constants of g are made once.
 */
export function activationKernel(module: Assembler, multiplyAdd: MultiplyAdd, custom: Callable): Callable {
  const kernels = activationNames.map((name) =>
    module.function(undefined, [i32, i32, i32], [], ([u, from, to], local) => {
      const [row, lastRow, nextRow, end, at, parameterOf, b, toX, toSlope] = Array.from({ length: 9 }, () =>
        local(i32),
      );
      const [h, c, value, derivative, option] = Array.from({ length: 5 }, () => local(v128));
      const code = vectorActivations[name]({ multiplyAdd, local }, h, value, derivative, option);
      const firstRow = int.load(u.get, unit.firstRow);
      const trainable = int.eq(int.load(u.get, unit.weightOffset), int.const(8));
      const rowAt = (index: Local): Code => int.add(word('g'), int.mul(int.add(firstRow, index.get), word('rowBytes')));
      const beginRow: Code = [
        at.set(row.get),
        end.set(int.add(row.get, word('columns'))),
        b.set(int.load(parameterOf.get)),
        parameterOf.set(int.add(parameterOf.get, int.const(4))),
        control.when(trainable, c.set(f32x4.loadSplat(b.get, 4)), c.set(one)),
      ];
      return control.when(int.ltU(from.get, to.get), [
        option.set(f32x4.loadSplat(u.get, unit.option)),
        nextRow.set(word('rowBytes')),
        toX.set(int.sub(word('x'), word('g'))),
        toSlope.set(int.sub(word('slope'), word('g'))),
        parameterOf.set(int.add(word('parameterOf'), int.shl(int.add(firstRow, from.get), int.const(2)))),
        row.set(rowAt(from)),
        lastRow.set(rowAt(to)),
        beginRow,
        control.loop(
          h.set(f32x4.load(at.get)),
          code,
          f32x4.store(at.get, value.get),
          f32x4.store(int.add(at.get, toX.get), f32x4.mul(c.get, value.get)),
          f32x4.store(int.add(at.get, toSlope.get), f32x4.mul(c.get, derivative.get)),
          control.branchIf(0, int.ltU(at.tee(int.add(at.get, int.const(16))), end.get)),
          row.set(int.add(row.get, nextRow.get)),
          control.when(int.ne(row.get, lastRow.get), [beginRow, control.branch(1)]),
        ),
      ]);
    }),
  );
  return module.function(undefined, [i32, i32, i32], [], ([u, from, to]) =>
    control.choose(
      int.load(u.get, unit.activation),
      kernels.map((kernel) => kernel(u.get, from.get, to.get)),
      custom(u.get, from.get, to.get),
    ),
  );
}
