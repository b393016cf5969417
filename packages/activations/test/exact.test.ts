import { activationRecords } from '@nnbp/activations';
import { describe, expect, test } from 'vitest';
import exact from './exact/exact.generated.json' with { type: 'json' };

/**
 * The maximum allowed errors of the value and the derivative, in units in the last place of the exact number. The
 * errors of derivatives between −1 and 1 are in units in the last place of 1. For functions that use exp, tanh or sin,
 * the maximum allowed errors are one unit larger than the errors measured with V8.
 */
const maxErrors: Readonly<Record<keyof typeof exact, readonly [g: number, derivative: number]>> = {
  bentIdentity: [3, 2],
  elu: [2, 1],
  gaussian: [2, 1],
  gelu: [8, 2],
  hardSigmoid: [1, 0],
  hardSwish: [2, 1],
  hardTanh: [0, 0],
  identity: [0, 0],
  leakyRelu: [0, 0],
  mish: [4, 2],
  relu: [0, 0],
  selu: [3, 2],
  sigmoid: [3, 1],
  silu: [3, 2],
  sine: [2, 1],
  softplus: [2, 1],
  softsign: [1, 2],
  tanh: [2, 2],
};

const inUlps = (actual: number, value: number, min = 2 ** -1022) =>
  Math.abs(actual - value) / 2 ** (Math.floor(Math.log2(Math.max(Math.abs(value), min))) - 52);

describe('for |h| from 1e-8 to 30', () => {
  test('all exact values belong to built-in activations', () => {
    expect(Object.keys(activationRecords)).toEqual(expect.arrayContaining(Object.keys(exact)));
  });

  test.each(Object.entries(exact) as [keyof typeof exact, readonly (readonly number[])[]][])(
    '%s matches 60-digit arithmetic',
    (name, rows) => {
      const { activation } = activationRecords[name];
      const worst = [0, 0];
      for (const [h, g, derivative] of rows) {
        const actual = activation.value(h);
        worst[0] = Math.max(worst[0], inUlps(actual, g));
        worst[1] = Math.max(worst[1], inUlps(activation.derivative(h, actual), derivative, 1));
      }
      expect(worst[0]).toBeLessThanOrEqual(maxErrors[name][0]);
      expect(worst[1]).toBeLessThanOrEqual(maxErrors[name][1]);
    },
  );
});
