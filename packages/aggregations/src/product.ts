/** The product of the incoming values, for gates, in which one value scales another. */
import type { Aggregation } from '@nnbp/core';

const large = 2 ** 400;
const small = 2 ** -400;

/**
 * A product stored as mantissa · 2^exponent, so that no partial product overflows or underflows unless the result does.
 * Multiplying by a power of two is exact.
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

  /** Multiplies by value · 2^(400 · steps). */
  #multiply(value: number, steps: number): void {
    this.#mantissa *= value;
    this.#exponent += 400 * steps;
    for (; Math.abs(this.#mantissa) >= large; this.#exponent += 400) this.#mantissa /= large;
    for (; Math.abs(this.#mantissa) < small && this.#mantissa !== 0; this.#exponent -= 400) this.#mantissa /= small;
  }

  /** Returns this product times the other one. Changes neither. */
  timesProduct(other: Product): number {
    const result = new Product();
    result.times(this.#mantissa);
    result.times(other.#mantissa);
    return result.#scaled(result.#exponent + this.#exponent + other.#exponent);
  }

  /**
   * Returns mantissa · 2^exponent, using several multiplications if the power of two is outside the range of float64.
   */
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
 * Product: $A(z) = \prod_e z_e$, $\partial A / \partial z_e = \prod_{f \ne e} z_f$. The derivative is computed as the
 * product of the other entries, not as A divided by z_e, so that it is also correct with one or several zeros. Partial
 * products neither overflow nor underflow unless the result does.
 */
export const product: Aggregation = {
  name: 'product',
  value(z) {
    if (z.length === 2) return z[0] * z[1];
    const all = new Product();
    for (let e = 0; e < z.length; e++) all.times(z[e]);
    return all.timesProduct(one);
  },
  derivative(z, _a, dAdz) {
    if (z.length === 2) {
      dAdz[0] = z[1];
      dAdz[1] = z[0];
      return;
    }
    // dA/dz_e is the product of the entries before e times the product of the entries after e.
    const after: Product[] = [];
    const suffix = new Product();
    for (let e = z.length - 1; e >= 0; e--) {
      after[e] = suffix.copy();
      suffix.times(z[e]);
    }
    const before = new Product();
    for (let e = 0; e < z.length; e++) {
      dAdz[e] = before.timesProduct(after[e]);
      before.times(z[e]);
    }
  },
  builtin: { name: 'product', options: {} },
};
