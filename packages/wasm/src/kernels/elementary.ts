/**
 * Elementary functions of four numbers at a time, in float32. Each is code over locals; `docs` state the largest error
 * of each, swept over float32 by a test.
 */
import { type Code, f32x4, i32x4, type Local, type MultiplyAdd, v128 } from '../assembler.js';

/** What an elementary function needs of the function it stands in. */
export interface Workshop {
  readonly multiplyAdd: MultiplyAdd;
  local(type: typeof v128): Local;
}

/** A polynomial by Estrin's scheme: pairs first, so that few steps wait for each other. Lowest coefficient first. */
export function polynomial({ multiplyAdd, local }: Workshop, coefficients: readonly number[], x: Local): [Code, Code] {
  const setup: Code[] = [];
  let terms: Code[] = coefficients.map((coefficient) => f32x4.const(coefficient));
  for (let power = x; terms.length > 1; ) {
    const next: Code[] = [];
    for (let k = 0; k < terms.length; k += 2) {
      next.push(k + 1 < terms.length ? multiplyAdd(power.get, terms[k + 1], terms[k]) : terms[k]);
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

/** ln 2 in two parts: the first has so few bits that n · high is exact. */
const ln2High = 0.693359375;
const ln2Low = -2.12194440054690583e-4;
/** Adding this to a number of moderate size rounds it to an integer, which then stands in its low bits. */
const roundToInteger = 12582912;

/**
 * Sets `result` to exp(sign · x), 2 ulp, for |x| up to 87; beyond, to exp(±87).
 *
 * x = n ln 2 + r with |r| ≤ ln 2 / 2; exp r by a polynomial; 2ⁿ by adding n to the exponent's bits.
 */
export function exp(shop: Workshop, x: Code, result: Local, sign: 1 | -1 = 1): Code {
  const { multiplyAdd, local } = shop;
  const [clamped, rounded, n, r] = [local(v128), local(v128), local(v128), local(v128)];
  // Taylor's series: over |r| ≤ 0.347 the first term left out is below 2⁻²⁷ of the sum.
  const [setup, value] = polynomial(shop, [1, 1, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720], r);
  return [
    // In this order of arguments NaN stays NaN.
    clamped.set(f32x4.pmin(f32x4.pmax(x, f32x4.const(-87)), f32x4.const(87))),
    rounded.set(multiplyAdd(clamped.get, f32x4.const(sign * Math.LOG2E), f32x4.const(roundToInteger))),
    n.set(f32x4.sub(rounded.get, f32x4.const(roundToInteger))),
    r.set(
      multiplyAdd(
        n.get,
        f32x4.const(-ln2High),
        sign === 1 ? clamped.get : f32x4.neg(clamped.get),
      ),
    ),
    r.set(multiplyAdd(n.get, f32x4.const(-ln2Low), r.get)),
    setup,
    result.set(i32x4.add(value, i32x4.shl(rounded.get, 23))),
  ];
}

/**
 * Sets `result` to ln x, 2 ulp, for normal x above 0.
 *
 * x = 2ⁿ (1 + f) with 1 + f from √½ to √2; ln x = n ln 2 + 2 artanh(f / (2 + f)), the latter by its series in
 * s² where s = f / (2 + f) is at most 0.172.
 */
export function log(shop: Workshop, x: Code, result: Local): Code {
  const { multiplyAdd, local } = shop;
  const [bits, n, s, square] = [local(v128), local(v128), local(v128), local(v128)];
  const rootHalf = 0x3f3504f3;
  const [setup, series] = polynomial(shop, [2 / 3, 2 / 5, 2 / 7, 2 / 9], square);
  const f = result;
  return [
    bits.set(i32x4.sub(x, i32x4.const(rootHalf))),
    n.set(f32x4.fromInts(i32x4.shrS(bits.get, 23))),
    // 1 + f: the mantissa, with the exponent that puts it between √½ and √2.
    f.set(
      f32x4.sub(
        i32x4.add(i32x4.and(bits.get, i32x4.const(0x007fffff)), i32x4.const(rootHalf)),
        f32x4.const(1),
      ),
    ),
    s.set(f32x4.div(f.get, f32x4.add(f.get, f32x4.const(2)))),
    square.set(f32x4.mul(s.get, s.get)),
    setup,
    // 2 s = f − s f, and what is left of artanh's series is s · s² · (2/3 + …).
    s.set(f32x4.sub(f32x4.mul(s.get, f32x4.mul(square.get, series)), f32x4.mul(s.get, f.get))),
    s.set(multiplyAdd(n.get, f32x4.const(ln2Low), s.get)),
    result.set(multiplyAdd(n.get, f32x4.const(ln2High), f32x4.add(f.get, s.get))),
  ];
}
