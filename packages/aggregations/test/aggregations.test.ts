import { tanh } from '@nnbp/activations';
import * as aggregations from '@nnbp/aggregations';
import { logSumExp, max, maxAbs, mean, median, min, product, sum } from '@nnbp/aggregations';
import { type Aggregation, GraphBuilder, Network } from '@nnbp/core';
import { checkAggregation, checkNetwork } from '@nnbp/gradcheck';
import { mse } from '@nnbp/losses';
import { describe, expect, test } from 'vitest';

const all: readonly Aggregation[] = Object.values(aggregations);

function derivative(aggregation: Aggregation, z: number[]): number[] {
  const dAdz = new Float64Array(z.length).fill(NaN);
  aggregation.derivative(z, aggregation.value(z), dAdz);
  return [...dAdz];
}

describe.each(all.map((aggregation) => [aggregation.name, aggregation] as const))('%s', (name, aggregation) => {
  test(`the derivative of ${name} matches finite differences`, () => {
    checkAggregation(aggregation).assert();
  });

  test(`${name} returns a single entry unchanged, with derivative 1`, () => {
    for (const z of [-3, 0, 0.5, 5e-324]) {
      expect(aggregation.value([z])).toBe(z);
      expect(derivative(aggregation, [z])).toEqual([1]);
    }
  });

  test(`the builtin property of ${name} holds its export name and no options`, () => {
    expect(aggregation.builtin).toEqual({ name, options: {} });
    expect((aggregations as Record<string, unknown>)[name]).toBe(aggregation);
  });

  test(`the gradients of a network with ${name} match finite differences`, () => {
    const builder = new GraphBuilder();
    const from = [builder.input('x'), builder.input('y'), builder.input('z')];
    builder.node('a', { from, activation: tanh, aggregation });
    builder.node('b', { from: [...from, 'a'], activation: tanh, aggregation });
    builder.output(builder.node('c', { from: ['a', 'b'], activation: tanh, aggregation }));
    const network = new Network(builder.build(), { seed: 4 });
    checkNetwork(network, [[0.5, -1, 2]], [[0.3]], mse()).assert();
  });
});

test('the values and derivatives of all aggregations except logSumExp match their formulas', () => {
  const z = [3, -4, 1, 2];
  const expected: [Aggregation, number, number[]][] = [
    [sum, 2, [1, 1, 1, 1]],
    [mean, 0.5, [0.25, 0.25, 0.25, 0.25]],
    [product, -24, [-8, 6, -24, -12]],
    [max, 3, [1, 0, 0, 0]],
    [min, -4, [0, 1, 0, 0]],
    [maxAbs, -4, [0, 1, 0, 0]],
    [median, 1.5, [0, 0, 0.5, 0.5]],
  ];
  for (const [aggregation, value, slopes] of expected) {
    expect(aggregation.value(z), aggregation.name).toBe(value);
    expect(derivative(aggregation, z), aggregation.name).toEqual(slopes);
  }
  expect(median.value([5, 1, 3])).toBe(3);
  expect(derivative(median, [5, 1, 3])).toEqual([0, 0, 1]);
});

describe('product', () => {
  test('product has exact derivatives with one or several zeros', () => {
    expect(derivative(product, [2, 0, -3])).toEqual([-0, -6, 0]);
    expect(derivative(product, [0, 5, 0])).toEqual([0, 0, 0]);
    expect(derivative(product, [0, 0])).toEqual([0, 0]);
  });

  test('product neither overflows nor underflows if the result is in range', () => {
    const large = [1e200, 1e-200, 1e200, 1e-200];
    expect(product.value([1e300, 1e300, 1e-300, 1e-300])).toBeCloseTo(1, 12);
    expect(product.value(new Array<number>(50).fill(1e300).concat(new Array<number>(50).fill(1e-300)))).toBeCloseTo(
      1,
      9,
    );
    derivative(product, large).forEach((slope, e) => expect(slope * large[e]).toBeCloseTo(1, 12));
  });

  test('product is infinite or 0 if the result is out of range', () => {
    expect(product.value([1e200, -1e200])).toBe(-Infinity);
    expect(product.value([1e-200, 1e-200])).toBe(0);
    expect(product.value([1e-200, 1e-200, 0])).toBe(0);
  });

  test('product is bit-identical to plain multiplication for ordinary numbers', () => {
    expect(product.value([0.1, 0.7, 1.3])).toBe(0.1 * 0.7 * 1.3);
  });
});

describe('kinks', () => {
  test('max, min, maxAbs and median have kinks at ties, and max, min and maxAbs have derivative 1 for the first tied entry', () => {
    expect(max.kinkDistance!([1, 3, 3])).toBe(0);
    expect(max.kinkDistance!([1, 3, 2])).toBe(0.5);
    expect(min.kinkDistance!([1, 3, 2])).toBe(0.5);
    expect(maxAbs.kinkDistance!([1, -3, 2])).toBe(0.5);
    expect(median.kinkDistance!([1, 2, 2.5, 8])).toBe(0.5);
    expect(median.kinkDistance!([1, 2, 2.5])).toBe(0.25);
    for (const aggregation of [max, min, maxAbs]) expect(derivative(aggregation, [2, 2])).toEqual([1, 0]);
    expect(derivative(maxAbs, [-2, 2])).toEqual([1, 0]);
    expect(checkAggregation(max, { at: [[2, 2]] }).excluded).toHaveLength(2);
  });

  test('max, min, maxAbs and median have no kink with a single entry', () => {
    for (const { kinkDistance } of [max, min, maxAbs, median]) expect(kinkDistance!([1])).toBe(Infinity);
  });
});

test('logSumExp does not overflow for large entries', () => {
  expect(logSumExp.value([1000, 1000])).toBe(1000 + Math.log(2));
  expect(derivative(logSumExp, [1000, 1000])).toEqual([0.5, 0.5].map((half) => expect.closeTo(half, 12) as number));
  expect(logSumExp.value([-1000, -1000])).toBe(-1000 + Math.log(2));
});

test('median does not overflow for large entries', () => {
  expect(median.value([1e308, 1.5e308])).toBe(1.25e308);
});

test('a node with the `sum` aggregation is stored as a node without an aggregation', () => {
  const builder = new GraphBuilder();
  builder.output(builder.node('y', { from: [builder.input('x')], activation: tanh, aggregation: sum }));
  const graph = builder.build();
  expect(graph.aggregation(1)).toBeUndefined();
  expect(graph.aggregations).toHaveLength(1);
});
