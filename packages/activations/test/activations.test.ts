import * as activations from '@nnbp/activations';
import {
  type ActivationName,
  activationRecords,
  elu,
  gelu,
  leakyRelu,
  sigmoid,
  sine,
  softplus,
} from '@nnbp/activations';
import type { ActivationRecord } from '@nnbp/activations';
import { checkActivation } from '@nnbp/gradcheck';
import { describe, expect, test } from 'vitest';

/** h, g(h) and g'(h), computed in 40-digit arithmetic and rounded to 17 digits. */
const known: Record<ActivationName, [h: number, g: number, derivative: number][]> = {
  identity: [[-2.5, -2.5, 1]],
  sigmoid: [
    [1, 0.7310585786300049, 0.19661193324148185],
    [-30, 9.357622968839299e-14, 9.357622968838424e-14],
  ],
  tanh: [[0.5, 0.46211715726000976, 0.7864477329659274]],
  relu: [
    [2, 2, 1],
    [-2, 0, 0],
    [0, 0, 0],
  ],
  leakyRelu: [
    [3, 3, 1],
    [-3, -0.03, 0.01],
  ],
  elu: [
    [2, 2, 1],
    [-1, -0.6321205588285577, 0.36787944117144233],
    [-1e-10, -9.9999999995e-11, 0.9999999999],
  ],
  selu: [
    [1, 1.0507009873554805, 1.0507009873554805],
    [-1, -1.1113307378125628, 0.6467686030348141],
  ],
  gelu: [
    [1, 0.8413447460685429, 1.0833154705876864],
    [-1, -0.15865525393145707, -0.08331547058768638],
    [-6, -5.9195258702261885e-9, -3.5468709453902015e-8],
  ],
  silu: [
    [1, 0.7310585786300049, 0.9276705118714867],
    [-2, -0.2384058440442351, -0.09078424878489547],
  ],
  mish: [
    [1, 0.8650983882673103, 1.0490362200997922],
    [-3, -0.14564746127562458, -0.09339311453232084],
  ],
  softplus: [
    [0, 0.6931471805599453, 0.5],
    [-20, 2.0611536203143e-9, 2.0611536181902e-9],
  ],
  softsign: [[1, 0.5, 0.25]],
  hardSigmoid: [
    [1.5, 0.75, 1 / 6],
    [4, 1, 0],
    [-4, 0, 0],
  ],
  hardSwish: [
    [1, 2 / 3, 5 / 6],
    [-1.5, -0.375, 0],
    [4, 4, 1],
    [-4, 0, 0],
  ],
  bentIdentity: [
    [0, 0, 1],
    [0.75, 0.875, 1.3],
    [-0.75, -0.625, 0.7],
  ],
  hardTanh: [
    [0.3, 0.3, 1],
    [-5, -1, 0],
  ],
  sine: [[1, 0.8414709848078965, 0.5403023058681398]],
  gaussian: [[1, 0.36787944117144233, -0.7357588823428847]],
};

describe.each(Object.entries(activationRecords) as [ActivationName, ActivationRecord][])(
  '%s',
  (name, { activation, make, options, range: [low, high] }) => {
    test(`${name} matches values from 40-digit arithmetic`, () => {
      for (const [h, g, derivative] of known[name]) {
        expect(Math.abs(activation.value(h) - g)).toBeLessThanOrEqual(1e-12 * Math.abs(g));
        const actual = activation.derivative(h, activation.value(h));
        expect(Math.abs(actual - derivative)).toBeLessThanOrEqual(1e-12 * Math.abs(derivative));
      }
    });

    test(`the derivative of ${name} matches finite differences`, () => {
      checkActivation(activation).assert();
    });

    test(`${name} and its derivative are finite for every h`, () => {
      for (const size of [
        0,
        5e-324,
        1e-300,
        1e-8,
        ...Array.from({ length: 400 }, (_, k) => 1.06 ** k * 1e-6),
        1e4,
        1e100,
      ]) {
        for (const h of [size, -size]) {
          const g = activation.value(h);
          expect(Number.isFinite(g) && Number.isFinite(activation.derivative(h, g)), `h = ${h}`).toBe(true);
        }
      }
    });

    test(`${name} is the built-in that its record describes`, () => {
      expect(activation.builtin?.name).toBe(name);
      expect((activations as Record<string, unknown>)[name]).toBe(activation);
      const defaults = Object.fromEntries(Object.entries(options).map(([option, value]) => [option, value.default]));
      expect(activation.builtin?.options).toEqual(defaults);
      expect(make({}).builtin).toEqual(activation.builtin);
    });

    test(`${name} has the range that its record states`, () => {
      const hs = Array.from({ length: 20_001 }, (_, k) => (k - 10_000) / 500);
      const values = [-1e4, ...hs, 1e4].map((h) => activation.value(h));
      const [min, max] = [Math.min(...values), Math.max(...values)];
      if (low === -Infinity) expect(min).toBeLessThan(-20);
      else expect(min).toBeCloseTo(low, 3);
      if (high === Infinity) expect(max).toBeGreaterThan(20);
      else expect(max).toBeCloseTo(high, 3);
      expect(min).toBeGreaterThanOrEqual(low);
      expect(max).toBeLessThanOrEqual(high);
    });
  },
);

describe('activations with options', () => {
  test('setting an option returns a new activation and does not change the default', () => {
    expect(leakyRelu.negativeSlope(0.2).value(-1)).toBe(-0.2);
    expect(leakyRelu.value(-1)).toBe(-0.01);
    expect(elu.alpha(2).value(-1)).toBeCloseTo(2 * Math.expm1(-1), 15);
    expect(sine.frequency(30).derivative(0, 0)).toBe(30);
    expect(sine.frequency(30).builtin?.options).toEqual({ frequency: 30 });
    for (const activation of [leakyRelu.negativeSlope(0.2), elu.alpha(2), sine.frequency(3)])
      checkActivation(activation).assert();
  });

  test('an option that is not a finite number throws NOT_FINITE', () => {
    for (const make of [() => leakyRelu.negativeSlope(NaN), () => elu.alpha(Infinity), () => sine.frequency(NaN)]) {
      expect(make).toThrow(expect.objectContaining({ code: 'NOT_FINITE' }));
    }
  });

  test('elu has a kink only if alpha is not 1', () => {
    expect(elu.kinks).toBeUndefined();
    expect(elu.alpha(2).kinks).toEqual([0]);
  });
});

test('the derivative of sigmoid is g (1 - g), that of softplus is the sigmoid, and gelu is accurate in its lower tail', () => {
  for (const h of [-3, -0.2, 0, 1.7]) {
    expect(sigmoid.derivative(h, 0.25)).toBe(0.1875);
    expect(softplus.derivative(h, NaN)).toBe(sigmoid.value(h));
  }
  expect(gelu.value(-20) / (-20 * 2.7536241186062337e-89)).toBeCloseTo(1, 12);
});

test("at a kink, the derivative equals PyTorch's: the left derivative, or 0 if one side is flat", () => {
  const at = (activation: { derivative(h: number, g: number): number; value(h: number): number }, h: number) =>
    activation.derivative(h, activation.value(h));
  expect(at(activations.relu, 0)).toBe(0);
  expect(at(leakyRelu.negativeSlope(0.3), 0)).toBe(0.3);
  expect(at(elu.alpha(0.3), 0)).toBe(0.3);
  expect(at(activations.selu, 0)).toBe(1.0507009873554805 * 1.6732632423543772);
  for (const h of [-3, 3]) expect(at(activations.hardSigmoid, h)).toBe(0);
  for (const h of [-1, 1]) expect(at(activations.hardTanh, h)).toBe(0);
  expect([-3, 3].map((h) => at(activations.hardSwish, h))).toEqual([0, 1]);
});

test('gelu is −0 with derivative 0 for very negative h', () => {
  expect(gelu.value(-1e200)).toBe(-0);
  expect(gelu.derivative(-1e200, -0)).toBe(0);
});

test('the builtin of an activation with an option includes the option', () => {
  expect(elu.alpha(0.3).builtin).toEqual({ name: 'elu', options: { alpha: 0.3 } });
  expect(leakyRelu.negativeSlope(0.3).builtin).toEqual({ name: 'leakyRelu', options: { negativeSlope: 0.3 } });
  expect(sine.frequency(3).builtin).toEqual({ name: 'sine', options: { frequency: 3 } });
});

test('sigmoid differs from its formula by at most 5 units in the last place, for h inside and outside the range of its lookup table', () => {
  for (let h = -40; h < 40; h += 1 / 1021) {
    const expected = 1 / (1 + Math.exp(-h));
    expect(Math.abs(sigmoid.value(h) - expected)).toBeLessThanOrEqual(5 * 2 ** -52 * expected);
  }
  expect([-32, 32, -Infinity, Infinity, NaN, -800].map(sigmoid.value)).toEqual([
    1 / (1 + Math.exp(32)),
    1 / (1 + Math.exp(-32)),
    0,
    1,
    NaN,
    0,
  ]);
});

test('sigmoid uses its lookup table instead of Math.exp', () => {
  // With Math.exp in Node, the result would be 0.52497918747894. Math.exp can differ between JavaScript engines.
  expect(sigmoid.value(0.1)).toBe(0.5249791874789399);
});
