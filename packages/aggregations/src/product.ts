/** The product of the incoming values: a gate, where one value scales another. */
import type { Aggregation } from '@nnbp/core';

const large = 2 ** 400;
const small = 2 ** -400;

/**
 * A product kept as mantissa · 2^exponent, so that no partial product overflows or underflows where the result does
 * not. Multiplying by a power of two is exact.
 */
class Product {
  #mantissa = 1;
  #exponent = 0;

  times(value: number): void {
    const size = Math.abs(value);
    if (size >= large) this.#multiply(value / large, 1);
    else if (size < small && size > 0) this.#multiply(value / small, -1);
    else this.#multiply(value, 0);
  }

  #multiply(value: number, steps: number): void {
    this.#mantissa *= value;
    this.#exponent += 400 * steps;
    for (; Math.abs(this.#mantissa) >= large; this.#exponent += 400) this.#mantissa /= large;
    for (; Math.abs(this.#mantissa) < small && this.#mantissa !== 0; this.#exponent -= 400) this.#mantissa /= small;
  }

  /** This product times another. */
  with(other: Product): number {
    const result = new Product();
    result.times(this.#mantissa);
    result.times(other.#mantissa);
    return result.#scaled(result.#exponent + this.#exponent + other.#exponent);
  }

  /** mantissa · 2^exponent; a power of two beyond float64's range takes several multiplications. */
  #scaled(exponent: number): number {
    let value = this.#mantissa;
    for (let remaining = exponent; remaining !== 0 && value !== 0 && Number.isFinite(value);) {
      const step = Math.max(-400, Math.min(400, remaining));
      value *= 2 ** step;
      remaining -= step;
    }
    return value;
  }

  copy(): Product {
    const copy = new Product();
    copy.#mantissa = this.#mantissa;
    copy.#exponent = this.#exponent;
    return copy;
  }
}

const one = /* @__PURE__ */ new Product();

/**
 * $A(z) = \prod_e z_e$, $\partial A / \partial z_e = \prod_{f \ne e} z_f$: the product of the others, never A divided
 * by z_e, so that it is exact with one and with several zeros. Partial products do not leave the range of float64 where
 * the result is within it.
 */
export const product: Aggregation = {
  name: 'product',
  value(z) {
    if (z.length === 2) return z[0] * z[1];
    const all = new Product();
    for (let e = 0; e < z.length; e++) all.times(z[e]);
    return all.with(one);
  },
  derivative(z, _a, dAdz) {
    if (z.length === 2) {
      dAdz[0] = z[1];
      dAdz[1] = z[0];
      return;
    }
    // The product of the entries before e, times that of the entries after it.
    const after: Product[] = [];
    const last = new Product();
    for (let e = z.length - 1; e >= 0; e--) {
      after[e] = last.copy();
      last.times(z[e]);
    }
    const before = new Product();
    for (let e = 0; e < z.length; e++) {
      dAdz[e] = before.with(after[e]);
      before.times(z[e]);
    }
  },
  builtin: { name: 'product', options: {} },
};
