/** Tests of fit and fitStatistics with bad data, bad weights or bad initial parameters. */
import { Network } from '@nnbp/core';
import { fitStatistics, formulaGraph } from '@nnbp/formula';
import { mse } from '@nnbp/losses';
import { lbfgs, levenbergMarquardt } from '@nnbp/optim';
import { fit } from '@nnbp/train';
import { describe, expect, test } from 'vitest';

const code = (expected: string): unknown => expect.objectContaining({ code: expected });
const column = (values: readonly number[]) => values.map((value) => [value]);
const line = { inputs: column([1, 2, 3, 4]), targets: column([2.1, 3.9, 6.2, 7.8]) };

function networkOf(formula: string, start: Readonly<Record<string, number>> = {}): Network {
  const network = new Network(formulaGraph(formula, ['x']).graph);
  for (const [name, b] of Object.entries(start)) network.setParameters(name, { b });
  return network;
}

const options = (optimizer = levenbergMarquardt()) => ({ loss: mse(), optimizer, epochs: 300 });

describe('Levenberg–Marquardt', () => {
  test('Levenberg–Marquardt fits a formula with more parameters than samples, and reports the undetermined parameters', async () => {
    const network = networkOf('a + b*x + c*x^2 + d*x^3', { a: 0, b: 0, c: 0, d: 0 });
    const optimizer = levenbergMarquardt();
    const data = { inputs: column([1, 2]), targets: column([3, 5]) };
    const { history } = await fit(network, data, options(optimizer));
    expect(history.at(-1)!.loss).toBeLessThan(1e-20);
    expect(optimizer.undetermined).toHaveLength(2);
    expect(network.parameters.vector.every(Number.isFinite)).toBe(true);
    expect(() => fitStatistics(network, data)).toThrow(code('OUT_OF_RANGE'));
  });

  test('Levenberg–Marquardt fits constant targets, for which rSquared is NaN', async () => {
    const network = networkOf('a + b*x');
    const data = { ...line, targets: column([5, 5, 5, 5]) };
    const { stoppedBy } = await fit(network, data, options());
    expect(stoppedBy).toBe('converged');
    expect(network.getParameters('a').b).toBeCloseTo(5, 12);
    expect(network.getParameters('b').b).toBeCloseTo(0, 12);
    expect(fitStatistics(network, data).rSquared).toBeNaN();
  });

  test('Levenberg–Marquardt fits the mean if the inputs are constant, and reports one undetermined parameter', async () => {
    const network = networkOf('a + b*x');
    const data = { ...line, inputs: column([2, 2, 2, 2]) };
    const optimizer = levenbergMarquardt();
    await fit(network, data, options(optimizer));
    expect(optimizer.undetermined).toHaveLength(1);
    expect(network.predict([2])[0]).toBeCloseTo(5, 9);
    expect(fitStatistics(network, data).undetermined).toEqual(optimizer.undetermined);
  });

  test.each([
    ['the formula', 'exp(b*x)', { b: 500 }],
    ['a derivative', 'sqrt(b*x)', { b: 0 }],
  ])(
    'Levenberg–Marquardt rejects initial parameters for which %s is not finite, and does not change them',
    async (_, formula, start) => {
      const network = networkOf(formula, start);
      const before = network.parameters.vector.slice();
      await expect(fit(network, line, options())).rejects.toThrow(code('DIVERGED'));
      expect(network.parameters.vector).toEqual(before);
    },
  );
});

describe.each([
  ['levenbergMarquardt', levenbergMarquardt],
  ['lbfgs', lbfgs as () => ReturnType<typeof levenbergMarquardt>],
])('%s', (_, optimizer) => {
  test.each([
    ['a NaN input', { ...line, inputs: column([1, NaN, 3, 4]) }, 'NOT_FINITE'],
    ['a NaN target', { ...line, targets: column([1, NaN, 3, 4]) }, 'NOT_FINITE'],
    ['an infinite target', { ...line, targets: column([1, 2, Infinity, 4]) }, 'NOT_FINITE'],
    ['a NaN weight', { ...line, weights: [1, NaN, 1, 1] }, 'OUT_OF_RANGE'],
    ['a negative weight', { ...line, weights: [1, -1, 1, 1] }, 'OUT_OF_RANGE'],
    ['weights that are all 0', { ...line, weights: [0, 0, 0, 0] }, 'OUT_OF_RANGE'],
  ])('fit and fitStatistics reject %s, and the parameters do not change', async (_, data, expected) => {
    const network = networkOf('a + b*x', { a: 1, b: 1 });
    await expect(fit(network, data, options(optimizer()))).rejects.toThrow(code(expected));
    expect(Array.from(network.parameters.vector)).toEqual([1, 1]);
    expect(() => fitStatistics(network, data)).toThrow(code(expected));
  });
});
