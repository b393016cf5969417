import { identity, sigmoid, tanh } from '@nnbp/activations';
import { everyActivation, everyLoss } from '@nnbp/conformance';
import { backpropagate, backpropagateBatch, mlp, Network, NnbpError, type Pass, Standardization } from '@nnbp/core';
import { mse } from '@nnbp/losses';
import { describe, expect, test } from 'vitest';

const extremes = [0, 5e-324, 1e-30, 1, 1e30, Number.MAX_VALUE].flatMap((size) => [size, -size]);

/** One node with one input and a trainable c. */
function single(activation = identity, parameters: { b?: number; c?: number; w?: number } = {}): Network {
  const network = new Network(mlp([1, 1], { activation }));
  const { b = 0, c = 1, w = 1 } = parameters;
  network.setParameters('output.0', { b, c, w: { [network.graph.ids[0]]: w } });
  return network;
}

/** Returns the result of an action, or the overflow error that it throws. */
function attempt<T>(action: () => T): T | NnbpError {
  try {
    return action();
  } catch (error) {
    if (error instanceof NnbpError && error.code === 'OVERFLOW') return error;
    throw error;
  }
}

const numbersOf = ({ loss, outputs, cache, gradients }: Pass) => [
  loss,
  ...outputs.flat(),
  ...gradients.vector,
  ...cache.samples.flatMap(({ x, slope, dLossDx }) => [...x, ...slope, ...dLossDx]),
];

describe('the smallest and largest numbers of float64', () => {
  test('a prediction equals the formula, or an error names the node that overflowed', () => {
    let overflows = 0;
    for (const x of extremes) {
      for (const w of extremes) {
        for (const b of extremes) {
          for (const c of [5e-324, 1, Number.MAX_VALUE]) {
            const network = single(identity, { b, c, w });
            const expected = c * (b + w * x);
            const actual = attempt(() => network.predict([x])[0]);
            if (Number.isFinite(expected)) expect(actual).toBe(expected);
            else {
              overflows++;
              expect(actual).toBeInstanceOf(NnbpError);
              expect((actual as NnbpError).message).toMatch(/Sample 0: x of node "output\.0" is -?(Infinity|NaN)/);
            }
          }
        }
      }
    }
    expect(overflows).toBeGreaterThan(100);
  });

  test('with every activation, all numbers of a pass are finite, or an overflow is reported', () => {
    for (const activation of everyActivation) {
      for (const x of extremes) {
        for (const c of extremes) {
          const result = attempt(() => backpropagate(single(activation, { c }), [x], [0.5], mse()));
          if (!(result instanceof NnbpError)) expect(numbersOf(result).every(Number.isFinite)).toBe(true);
          else if (Math.abs(x) <= 1 && Math.abs(c) <= 1) expect.unreachable(`${activation.name}, x ${x}, c ${c}`);
        }
      }
    }
  });

  test('with every loss, all numbers of a pass are finite, or an overflow is reported', () => {
    for (const { loss } of everyLoss) {
      for (const x of extremes) {
        const result = attempt(() => backpropagate(single(), [x], [1], loss));
        if (!(result instanceof NnbpError)) expect(numbersOf(result).every(Number.isFinite)).toBe(true);
        // For an output from 0 to 1, no loss may overflow. Outside this range, a cross-entropy is undefined, and other
        // losses can overflow if the output is large.
        else if (Math.abs(x) <= 1 && x >= 0) expect.unreachable(`${loss.name}, x ${x}`);
      }
    }
  });

  test('the error for an overflow names the number that overflowed', () => {
    const message = (action: () => unknown) => (attempt(action) as NnbpError).message;
    const large = Number.MAX_VALUE;
    // The loss is (1e200)², which overflows. The numbers of every node are finite.
    expect(message(() => backpropagate(single(), [1e200], [0], mse()))).toMatch(/the loss is Infinity/);
    const steep = { name: 'steep', value: () => 1, derivative: () => Infinity };
    expect(message(() => backpropagate(single(steep), [1], [0], mse()))).toMatch(
      /slope of node "output.0" is Infinity/,
    );
    const cliff = {
      ...mse(),
      derivative: (_: unknown, __: unknown, d: { fill(value: number): void }) => d.fill(NaN),
    };
    expect(message(() => backpropagate(single(), [1], [0], cliff))).toMatch(/dLossDx of node "output.0" is NaN/);
    // dloss/dw = dloss/dx of the output · slope · x of the input = 2e10 · 1 · MAX: only the gradient overflows.
    const flat = { name: 'flat', value: () => 1e10, derivative: () => 1 };
    expect(message(() => backpropagate(single(flat), [large], [0], mse()))).toMatch(
      /A gradient of node "output.0" is Infinity/,
    );
    // The loss of each sample is finite, but their sum is not.
    const high = { ...mse(), value: () => 1.5e308 };
    expect(message(() => backpropagateBatch(single(), [[1], [1]], [[0], [0]], high))).toMatch(
      /The mean loss is not finite/,
    );
    // Only the loss of the third sample overflows.
    const batch = () => backpropagateBatch(single(), [[1], [1], [1e200]], [[0], [0], [0]], mse());
    expect(message(batch)).toMatch(/^Sample 2: the loss is Infinity/);
    const scaled = single();
    scaled.outputScaler = new Standardization([0], [1e300]);
    expect(() => scaled.predict([1e10])).toThrow(/outputs of sample 0, in the units of the data/);
    // Only the second sample overflows.
    expect(message(() => single(identity, { w: 10 }).predictBatch([[1], [large]]))).toMatch(/^Sample 1: x of node/);
  });

  test('a saturated node is not reported as an overflow', () => {
    expect(single(tanh, { w: 10 }).predict([Number.MAX_VALUE])).toEqual([1]);
    expect(single(sigmoid, { w: -10 }).predict([Number.MAX_VALUE])).toEqual([0]);
  });
});

test('backpropagateBatch without samples is rejected', () => {
  const network = new Network(mlp([1, 1], { activation: identity }));
  expect(() => backpropagateBatch(network, [], [], mse())).toThrow(expect.objectContaining({ code: 'EMPTY_DATA' }));
});
