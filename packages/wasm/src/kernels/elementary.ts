/**
 * Emits elementary functions of four float32 numbers at a time. The package's README states the maximum errors of the
 * activations that use these functions.
 */
import { type Code, f32x4, f64x2, i32x4, type Local, type MultiplyAdd, v128 } from '../assembler.js';

/** Emits multiply-adds, and declares locals of the function under construction. */
export interface KernelContext {
  readonly multiplyAdd: MultiplyAdd;
  local(type: typeof v128): Local;
}

/**
 * Evaluates a polynomial of x with Estrin's scheme, which has short dependency chains. The lowest coefficient comes
 * first. Returns code that must run first, and the code of the value.
 */
export function polynomial(
  { multiplyAdd, local }: KernelContext,
  coefficients: readonly number[],
  x: Local,
): [Code, Code] {
  const setup: Code[] = [];
  let terms: Code[] = coefficients.map((coefficient) => f32x4.const(coefficient));
  for (let power = x; terms.length > 1;) {
    const next: Code[] = [];
    for (let k = 0; k < terms.length; k += 2) {
      // A coefficient of ±1 needs no product.
      const coefficient = power === x ? coefficients[k + 1] : 0;
      if (k + 1 === terms.length) next.push(terms[k]);
      else if (coefficient === 1) next.push(f32x4.add(terms[k], power.get));
      else if (coefficient === -1) next.push(f32x4.sub(terms[k], power.get));
      else next.push(multiplyAdd(power.get, terms[k + 1], terms[k]));
    }
    terms = next;
    if (terms.length > 1) {
      const square = local(v128);
      setup.push(square.set(f32x4.mul(power.get, power.get)));
      power = square;
    }
  }
  return [setup, terms[0]];
}

/** ln 2 as a sum of two parts. The first has so few bits that its product with the n of {@link reduce} is exact. */
const ln2High = 0.693359375;
const ln2Low = -2.12194440054690583e-4;
/** Adding this to a number of moderate size rounds the number to an integer and leaves the integer in the low bits. */
const roundToInteger = 12582912;

/**
 * Range reduction: finds an integer n and an r with sign · x = n ln 2 + sign · r and |r| ≤ ln 2 / 2. Sets `r`, and
 * `rounded`, whose low bits hold n. x is clamped to ±87. The equation multiplies r by `sign`, so x does not have to be
 * negated.
 */
function reduce({ multiplyAdd, local }: KernelContext, x: Code, sign: 1 | -1, r: Local, rounded: Local): Code {
  const [clamped, n] = [local(v128), local(v128)];
  return [
    // With this order of arguments, NaN stays NaN.
    clamped.set(f32x4.pmin(f32x4.pmax(x, f32x4.const(-87)), f32x4.const(87))),
    rounded.set(multiplyAdd(clamped.get, f32x4.const(sign * Math.LOG2E), f32x4.const(roundToInteger))),
    n.set(f32x4.sub(rounded.get, f32x4.const(roundToInteger))),
    r.set(multiplyAdd(n.get, f32x4.const(-sign * ln2High), clamped.get)),
    r.set(multiplyAdd(n.get, f32x4.const(-sign * ln2Low), r.get)),
  ];
}

/**
 * Sets `result` to exp(sign · x). x is clamped to ±87.
 *
 * {@link reduce} computes n and r. A polynomial computes exp(sign · r). Adding n to the exponent bits of this value
 * multiplies it by 2ⁿ.
 *
 * @param low - The low part of the argument, which does not fit into the 24 bits of x. It is added after range
 * reduction.
 */
export function exp(context: KernelContext, x: Code, result: Local, sign: 1 | -1 = 1, low?: Code): Code {
  const [rounded, r] = [context.local(v128), context.local(v128)];
  // Taylor series: for |r| ≤ 0.347, the first omitted term is below 2⁻²² of the sum.
  const series = [1, 1, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720].map((term, k) => term * sign ** k);
  const [setup, value] = polynomial(context, series, r);
  return [
    reduce(context, x, sign, r, rounded),
    low === undefined ? [] : r.set(f32x4.add(r.get, low)),
    setup,
    result.set(i32x4.add(value, i32x4.shl(rounded.get, 23))),
  ];
}

/**
 * Sets `minusOne` to exp(x) − 1, accurate near 0 too, and `result` to exp(x). x is clamped to ±87.
 *
 * With s = 2ⁿ and p = exp(r) − 1:  exp(x) = s + s p,  exp(x) − 1 = (s − 1) + s p.
 */
export function expMinusOne(context: KernelContext, x: Code, minusOne: Local, result: Local): Code {
  const { multiplyAdd, local } = context;
  const [rounded, r, s] = [local(v128), local(v128), local(v128)];
  const [setup, tail] = polynomial(context, [1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040], r);
  return [
    reduce(context, x, 1, r, rounded),
    setup,
    s.set(i32x4.add(i32x4.shl(rounded.get, 23), f32x4.const(1))),
    r.set(f32x4.mul(s.get, multiplyAdd(f32x4.mul(r.get, r.get), tail, r.get))),
    minusOne.set(f32x4.add(f32x4.sub(s.get, f32x4.const(1)), r.get)),
    result.set(f32x4.add(s.get, r.get)),
  ];
}

/** Sets `result` to exp(−x² / divisor). x² is computed in two parts, since exp would magnify its rounding error. */
export function expOfSquare(context: KernelContext, x: Local, result: Local, divisor: 1 | 2): Code {
  const [high, low] = [context.local(v128), context.local(v128)];
  const factor = f32x4.const(-1 / divisor);
  return [
    high.set(i32x4.and(x.get, i32x4.const(0xfffff000))),
    low.set(f32x4.mul(factor, f32x4.mul(f32x4.sub(x.get, high.get), f32x4.add(x.get, high.get)))),
    // Where exp clamps its argument, the low part must stay within the range of the polynomial.
    low.set(f32x4.pmax(f32x4.pmin(low.get, f32x4.const(0.1)), f32x4.const(-0.1))),
    exp(context, f32x4.mul(factor, f32x4.mul(high.get, high.get)), result, 1, low.get),
  ];
}

/**
 * Sets `sine` to sin(frequency · x) and `cosine` to cos(frequency · x), for |frequency · x| up to 10⁹.
 *
 * The nearest multiple of π/2 is subtracted in double precision. The remainder is the argument of two Taylor series.
 * The multiple determines which series is the sine and which the cosine, and their signs.
 */
export function sineAndCosine(context: KernelContext, x: Local, frequency: Code, sine: Local, cosine: Local): Code {
  const { multiplyAdd, local } = context;
  const [product, n, r, quadrant, square, odd] = Array.from({ length: 6 }, () => local(v128));
  const halfPiHigh = 1.57079632673412561417;
  const halfPiLow = 6.07710050650619224932e-11;
  const reducePair = (pair: Code): Code => [
    product.set(f64x2.mul(f64x2.fromSingles(pair), f64x2.fromSingles(frequency))),
    n.set(f64x2.nearest(f64x2.mul(product.get, f64x2.const(2 / Math.PI)))),
    product.set(
      f64x2.sub(
        f64x2.sub(product.get, f64x2.mul(n.get, f64x2.const(halfPiHigh))),
        f64x2.mul(n.get, f64x2.const(halfPiLow)),
      ),
    ),
  ];
  const [sineSetup, sineSeries] = polynomial(context, [-1 / 6, 1 / 120, -1 / 5040, 1 / 362880], square);
  const [cosineSetup, cosineSeries] = polynomial(context, [-1 / 2, 1 / 24, -1 / 720, 1 / 40320], square);
  return [
    reducePair(x.get),
    r.set(f64x2.toSingles(product.get)),
    quadrant.set(f64x2.truncate(n.get)),
    reducePair(f32x4.shuffle(x.get, x.get, [2, 3, 2, 3])),
    r.set(f32x4.shuffle(r.get, f64x2.toSingles(product.get), [0, 1, 4, 5])),
    quadrant.set(f32x4.shuffle(quadrant.get, f64x2.truncate(n.get), [0, 1, 4, 5])),
    square.set(f32x4.mul(r.get, r.get)),
    sineSetup,
    cosineSetup,
    sine.set(multiplyAdd(f32x4.mul(square.get, r.get), sineSeries, r.get)),
    cosine.set(multiplyAdd(square.get, cosineSeries, f32x4.const(1))),
    // Quadrants 1 and 3 swap sine and cosine; 2 and 3 flip the sign of the sine, 1 and 2 that of the cosine.
    odd.set(i32x4.sub(i32x4.const(0), i32x4.and(quadrant.get, i32x4.const(1)))),
    r.set(i32x4.select(cosine.get, sine.get, odd.get)),
    cosine.set(
      i32x4.xor(
        i32x4.select(sine.get, cosine.get, odd.get),
        i32x4.shl(i32x4.and(i32x4.add(quadrant.get, i32x4.const(1)), i32x4.const(2)), 30),
      ),
    ),
    sine.set(i32x4.xor(r.get, i32x4.shl(i32x4.and(quadrant.get, i32x4.const(2)), 30))),
  ];
}

/**
 * Sets `result` to ln x, with an error of at most 2 ulp, for normal x above 0.
 *
 * With x = 2ⁿ (1 + f), 1 + f from √½ to √2, and s = f / (2 + f): ln x = n ln 2 + 2 artanh(s). artanh is computed with
 * its series in s²; |s| is at most 0.172.
 */
export function log(context: KernelContext, x: Code, result: Local): Code {
  const { multiplyAdd, local } = context;
  const [bits, n, s, square] = [local(v128), local(v128), local(v128), local(v128)];
  const rootHalfBits = 0x3f3504f3;
  const [setup, series] = polynomial(context, [2 / 3, 2 / 5, 2 / 7, 2 / 9], square);
  const f = result;
  return [
    bits.set(i32x4.sub(x, i32x4.const(rootHalfBits))),
    n.set(f32x4.fromInts(i32x4.shrS(bits.get, 23))),
    // 1 + f is the mantissa with the exponent that puts it between √½ and √2.
    f.set(
      f32x4.sub(i32x4.add(i32x4.and(bits.get, i32x4.const(0x007fffff)), i32x4.const(rootHalfBits)), f32x4.const(1)),
    ),
    s.set(f32x4.div(f.get, f32x4.add(f.get, f32x4.const(2)))),
    square.set(f32x4.mul(s.get, s.get)),
    setup,
    // 2 s = f − s f, and the rest of the series of 2 artanh(s) is s · s² · (2/3 + …).
    s.set(f32x4.sub(f32x4.mul(s.get, f32x4.mul(square.get, series)), f32x4.mul(s.get, f.get))),
    s.set(multiplyAdd(n.get, f32x4.const(ln2Low), s.get)),
    result.set(multiplyAdd(n.get, f32x4.const(ln2High), f32x4.add(f.get, s.get))),
  ];
}

/** Sets `result` to ln(1 + y) for y from 0 to 1, accurate near 0 too. */
export function logOnePlus(context: KernelContext, y: Local, result: Local): Code {
  const sum = context.local(v128);
  return [
    sum.set(f32x4.add(f32x4.const(1), y.get)),
    log(context, sum.get, result),
    // Adds the rounding error of the sum times the derivative of ln at the sum.
    result.set(f32x4.add(result.get, f32x4.div(f32x4.sub(y.get, f32x4.sub(sum.get, f32x4.const(1))), sum.get))),
  ];
}

/** Returns the sign of x: −1, 0 or 1; 0 for NaN. */
export const signOf = (x: Code): Code => {
  const one = f32x4.const(1);
  return f32x4.sub(i32x4.and(f32x4.gt(x, f32x4.const(0)), one), i32x4.and(f32x4.lt(x, f32x4.const(0)), one));
};
