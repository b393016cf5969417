/** Tests of numerical differentiation: its accuracy, and an error estimate that is neither too small nor too large. */
import { describe, expect, test } from 'vitest';
import { differentiate } from '../src/differences.js';

describe('differentiate', () => {
  test.each<[string, (x: number) => number, number, number]>([
    ['exp', Math.exp, 1, Math.E],
    ['sin', Math.sin, 1, Math.cos(1)],
    ['tanh', Math.tanh, 0.3, 1 - Math.tanh(0.3) ** 2],
    ['atan', Math.atan, 2, 0.2],
    ['1/x', (x) => 1 / x, 0.5, -4],
    ['x¹⁶', (x) => x ** 16, 1, 16],
  ])(
    'for %s, the error of differentiate is at most its error estimate, which is below 4e-13',
    (_, f, x, derivative) => {
      for (const maxStep of [0.25, 0.1, 0.02]) {
        const actual = differentiate(f, x, maxStep);
        expect(Math.abs(actual.value - derivative)).toBeLessThanOrEqual(actual.error);
        expect(actual.error).toBeLessThan(4e-13);
      }
    },
  );

  test('differentiate uses eighteen steps, each 1.6 times smaller than the previous one', () => {
    const evaluated: number[] = [];
    differentiate((x) => (evaluated.push(x), x), 0, 1);
    expect(evaluated).toHaveLength(36);
    expect(evaluated.slice(0, 3)).toEqual([1, -1, 1 / 1.6]);
  });

  test('differentiate estimates a larger error if terms inside f cancel', () => {
    const plain = differentiate(Math.sin, 1, 0.1);
    const cancelling = differentiate(Math.sin, 1, 0.1, 1e6);
    expect(cancelling.error).toBeGreaterThan(1e3 * plain.error);
  });
});
