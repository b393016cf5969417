import { identity, relu, sigmoid, tanh } from '@nnbp/activations';
import { type Activation, GraphBuilder, mlp, Network, NnbpError, Standardization } from '@nnbp/core';
import { checkActivation, checkLoss, checkNetwork } from '@nnbp/gradcheck';
import { hinge, mse, softmaxCrossEntropy } from '@nnbp/losses';
import { describe, expect, test } from 'vitest';

const wrong = (derivative: Activation['derivative'], value: Activation['value'] = sigmoid.value): Activation => ({
  name: 'custom',
  value,
  derivative,
});

describe('mistakes in an activation', () => {
  test.each<[string, Activation, RegExp]>([
    ['a derivative with the wrong sign', wrong((_, g) => -g * (1 - g)), /sign/],
    ['twice the correct derivative', wrong((_, g) => 2 * g * (1 - g)), /twice/],
    ['half the correct derivative', wrong((_, g) => (g * (1 - g)) / 2), /factor of 2 is missing/],
    ['1.7 times the correct derivative', wrong((_, g) => 1.7 * g * (1 - g)), /1\.700 times/],
    ['h in place of g', wrong((h) => h * (1 - h)), /with h in place of g/],
    ['a derivative that is always 0', wrong(() => 0), /every wrong derivative is 0/],
    ['the value in place of the derivative', wrong((_, g) => g), /the value itself/],
    ['a derivative that is always 1', wrong(() => 1), /missing \(it is taken as 1\)/],
    ['a relative error of one millionth', wrong((_, g) => g * (1 - g) * (1 + 1e-6)), /times the expected value|WRONG/],
    ['a derivative that is NaN', wrong(() => NaN), /expected finite numbers/],
    ['a value that overflows', wrong((h) => Math.exp(h), Math.exp), /g = Infinity/],
    [
      'a value that depends on earlier calls',
      wrong(
        (_, g) => g * (1 - g),
        (
          (calls) => () =>
            calls++
        )(0),
      ),
      /two calls/,
    ],
    [
      'an undeclared kink',
      wrong(
        (h) => Number(h > 0),
        (h) => Math.max(h, 0),
      ),
      /Declare the kink: kinks: \[0\]/,
    ],
  ])('checkActivation finds a mistake: %s', (_, activation, message) => {
    const report = checkActivation(activation);
    expect(report.ok).toBe(false);
    expect(report.toString()).toMatch(message);
    expect(() => report.assert()).toThrow(NnbpError);
  });

  test('checkActivation reports a NaN derivative only once', () => {
    expect(
      checkActivation(
        wrong(() => NaN),
        { at: [1] },
      ).violations,
    ).toHaveLength(1);
  });
});

describe('mistakes in a loss', () => {
  test.each<[string, ReturnType<typeof mse>, RegExp]>([
    [
      'a derivative that is not divided by the number of outputs',
      {
        ...mse(),
        derivative: (x, t, d) => {
          for (let k = 0; k < d.length; k++) d[k] = 2 * (x[k] - t[k]);
        },
      },
      /WRONG/,
    ],
    [
      'a derivative that does not write every entry',
      { ...mse(), derivative: (x, t, d) => void (d[0] = (2 * (x[0] - t[0])) / x.length) },
      /depends on the previous/,
    ],
    [
      'a derivative that adds to an entry instead of overwriting it',
      { ...mse(), derivative: (x, t, d) => void (d[0] += 2 * (x[0] - t[0])) },
      /depends on the previous|WRONG/,
    ],
  ])('checkLoss finds a mistake: %s', (_, loss, message) => {
    expect(checkLoss(loss).toString()).toMatch(message);
    expect(checkLoss(loss).ok).toBe(false);
  });

  test('checkLoss throws if the loss accepts none of the random targets', () => {
    expect(() => checkLoss({ ...mse(), targetProblem: () => 'never' })).toThrow(
      /Pass the option target to draw valid targets/,
    );
  });

  test('checkLoss uses its options: outputs, samples, x and target', () => {
    const report = checkLoss(mse(), {
      outputs: 4,
      samples: 2,
      x: [5, 6],
      target: (_, n) => new Array<number>(n).fill(1),
    });
    expect(report.ok).toBe(true);
    expect(report.comparisons).toHaveLength(8);
    expect(report.comparisons[0].at).toBeGreaterThanOrEqual(5);
  });
});

test('declared kinks are skipped and listed in the report', () => {
  const report = checkActivation(relu);
  expect(report.ok).toBe(true);
  expect(report.excluded).toEqual([{ name: 'h = 0', reason: 'a declared kink' }]);
  expect(report.toString()).toMatch(/Skipped \(a declared kink\): h = 0/);
  expect(checkLoss(hinge(), { x: [1, 1], outputs: 1, target: () => [1] }).excluded.length).toBe(30);
  const network = new Network(mlp([1, 1], { activation: relu }));
  const zero = checkNetwork(network, [[0]], [[1]], mse());
  expect(zero.excluded.map(({ name }) => name)).toContain('dloss/db_output.0');
  expect(zero.toString()).toMatch(/kink within the smallest step/);
});

test('checkActivation throws if `at` is an empty list, and a report without comparisons is not ok', () => {
  expect(() => checkActivation(tanh, { at: [] })).toThrow(NnbpError);
  expect(checkActivation(relu, { at: [0] }).ok).toBe(false);
});

describe('networks', () => {
  test('checkNetwork checks all derivatives of a network with scalers, and the option maxDerivatives limits their number', () => {
    const network = new Network(mlp([2, 3, 1], { activation: tanh, outputActivation: identity }), { seed: 4 });
    network.inputScaler = new Standardization([1, 2], [3, 4]);
    network.outputScaler = new Standardization([10], [5]);
    const report = checkNetwork(
      network,
      [
        [1, 5],
        [2, -3],
      ],
      [[11], [3]],
      mse(),
    ).assert();
    expect(report.comparisons).toHaveLength(network.graph.parameterCount + 4);
    expect(report.worst?.name).toMatch(/dloss/);
    expect(checkNetwork(network, [[1, 5]], [[11]], mse(), { maxDerivatives: 5 }).comparisons).toHaveLength(5);
  });

  test('checkNetwork finds a wrong activation derivative in a hidden node', () => {
    const bad = { ...tanh, derivative: (_: number, g: number) => 1 - g };
    const network = new Network(mlp([1, 2, 1], { activation: bad }), { seed: 4 });
    const report = checkNetwork(network, [[0.7]], [[1]], mse());
    expect(report.ok).toBe(false);
    expect(report.mismatches.length).toBeGreaterThan(3);
    expect(report.toString()).toMatch(/dloss\/d[bcw]_/);
  });
});

test('checkNetwork accepts a saturated classifier, whose loss is a small difference of large numbers', () => {
  for (let seed = 0; seed < 20; seed++) {
    const network = new Network(mlp([2, 4, 2], { activation: tanh, outputActivation: identity }), { seed });
    network.setParameters('output.0', { b: 15 });
    const inputs = [
      [0.3, -0.8],
      [1, 0.4],
    ];
    const targets = [
      [1, 0],
      [1, 0],
    ];
    checkNetwork(network, inputs, targets, softmaxCrossEntropy()).assert();
  }
});

test('checkNetwork checks a shared parameter once and skips fixed ones', () => {
  const builder = new GraphBuilder();
  const x = builder.input('x');
  builder.node('a', { from: [x], activation: tanh, fixed: { c: 1 }, shared: { b: 's' } });
  builder.output(
    builder.node('y', { from: ['a', x], activation: tanh, fixed: { c: 2, w: { a: 3 } }, shared: { b: 's' } }),
  );
  const report = checkNetwork(new Network(builder.build(), { seed: 1 }), [[0.5]], [[1]], mse()).assert();
  expect(report.comparisons.map(({ name }) => name)).toEqual([
    'dloss/db_a',
    'dloss/dw_xtoa',
    'dloss/dw_xtoy',
    'sample 0, dloss/dx_x',
  ]);
});
