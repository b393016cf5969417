/** A seeded random number generator: the same seed gives the same numbers on every machine. */
import { expectFiniteNumber, expectLength } from './expect.js';

/**
 * A random number generator that uses the algorithm sfc32 (Chris Doty-Humphrey, PractRand). The algorithm needs only
 * 32-bit integer arithmetic, so the numbers do not depend on the platform. Only the last bit of a number that `normal`
 * returns can differ, because platforms compute logarithms differently.
 *
 * @example
 * ```ts
 * import { Random } from '@nnbp/core';
 *
 * new Random(42).uniform() === new Random(42).uniform(); // true
 * ```
 */
export class Random {
  /**
   * The state: four 32-bit words. `shuffle` (in shuffle.ts) reads and writes them directly.
   *
   * @internal
   */
  readonly words: Uint32Array = new Uint32Array(4);

  /**
   * @param seed - Any finite number.
   * @throws NnbpError `NOT_FINITE`
   */
  constructor(seed = 0) {
    expectFiniteNumber('seed', seed);
    const halves = new Uint32Array(new Float64Array([seed]).buffer);
    this.words.set([halves[0], halves[1], 0, 1]);
    for (let k = 0; k < 15; k++) this.#next();
  }

  /** The next 32 random bits, as an integer from 0 to 2³² − 1. */
  #next(): number {
    const s = this.words;
    const sum = (s[0] + s[1] + s[3]) >>> 0;
    s[3]++;
    s[0] = s[1] ^ (s[1] >>> 9);
    s[1] = s[2] + (s[2] << 3);
    s[2] = ((s[2] << 21) | (s[2] >>> 11)) + sum;
    return sum;
  }

  /** Draws a number uniformly from [0, 1), with 53 random bits. */
  uniform(): number {
    return ((this.#next() >>> 5) * 2 ** 26 + (this.#next() >>> 6)) / 2 ** 53;
  }

  /** Draws a number from the normal distribution with mean 0 and standard deviation 1 (Marsaglia's polar method). */
  normal(): number {
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
    }
  }

  /** Continues from the state of another generator. */
  copy(other: Random): void {
    for (let k = 0; k < 4; k++) this.words[k] = other.words[k];
  }

  /** Returns the state: four 32-bit words. */
  state(): number[] {
    return [...this.words];
  }

  /**
   * Continues from a state that `state` returned.
   *
   * @throws NnbpError `WRONG_LENGTH`
   */
  restore(state: readonly number[]): void {
    expectLength('state', state.length, 4);
    this.words.set(state);
  }
}
