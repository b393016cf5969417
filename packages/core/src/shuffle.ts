/** Random permutations. */
import type { Random } from './random.js';

/**
 * Shuffles a list in place (Fisher–Yates shuffle). All orders are equally likely, apart from the rounding of 32-bit
 * random numbers. Draws 32 random bits for each entry except the first.
 *
 * @example
 * ```ts
 * import { Random, shuffle } from '@nnbp/core';
 *
 * const order = Uint32Array.from({ length: 5 }, (_, k) => k);
 * shuffle(order, new Random(1));
 * [...order].sort(); // [0, 1, 2, 3, 4]
 * ```
 */
export function shuffle(values: { [index: number]: number; readonly length: number }, random: Random): void {
  // Keeping the generator's state in local variables is 5× faster than calling a method of `random` for each entry.
  // Signed integers are 2.8× faster than unsigned integers, which V8 represents as doubles.
  const s = random.words;
  let a = s[0] | 0;
  let b = s[1] | 0;
  let c = s[2] | 0;
  let counter = s[3] | 0;
  for (let k = values.length - 1; k > 0; k--) {
    const bits = (a + b + counter) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + bits) | 0;
    counter = (counter + 1) | 0;
    // The product is below 2³², so `>>> 0` rounds down like Math.floor, in a third of the time.
    const target = ((bits >>> 0) * 2 ** -32 * (k + 1)) >>> 0;
    const value = values[k];
    values[k] = values[target];
    values[target] = value;
  }
  s[0] = a;
  s[1] = b;
  s[2] = c;
  s[3] = counter;
}
