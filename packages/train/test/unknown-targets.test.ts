/** Tests of targets that are null for some outputs. */
import { sigmoid } from '@nnbp/activations';
import { type Engine, js, type Loss, mlp, Network, reference } from '@nnbp/core';
import { type LossRecord, lossRecords, mse, softmaxCrossEntropy } from '@nnbp/losses';
import { sgd } from '@nnbp/optim';
import { accuracy, confusionMatrix, type Data, evaluate, fit, meanAbsoluteError, rSquared } from '@nnbp/train';
import { wasm } from '@nnbp/wasm';
import { describe, expect, test } from 'vitest';

const network = () => new Network(mlp([2, 3, 2], { activation: sigmoid }), { seed: 2 });
const inputs = [
  [0.5, -1],
  [1, 0.25],
  [-0.75, 0.5],
];

/** Half the sum of the losses of the known outputs, for a network with two outputs. */
const maskedLoss = (loss: Loss, known: readonly boolean[]): Loss => ({
  name: 'masked',
  value: (x, t) => known.reduce((sum, isKnown, k) => sum + (isKnown ? loss.value([x[k]], [t[k]]) / 2 : 0), 0),
  derivative(x, t, dLossDx) {
    const one = new Float64Array(1);
    known.forEach((isKnown, k) => {
      if (isKnown) loss.derivative([x[k]], [t[k]], one);
      dLossDx[k] = isKnown ? one[0] / 2 : 0;
    });
  },
});

const elementwise = Object.entries<LossRecord>(lossRecords).filter(([, { make }]) => make({}).unknownTargets === true);

describe('an output whose target is null has no loss and no gradient', () => {
  test('several losses support unknown targets', () => expect(elementwise.length).toBeGreaterThan(5));

  test.each(elementwise)(
    'an unknown target has no loss and no gradient with %s, on every engine',
    async (_, { make }) => {
      const engines: readonly [Engine, number][] = [
        [reference(), 12],
        [js(), 12],
        [await wasm(), 5],
      ];
      for (const known of [
        [true, false],
        [false, true],
      ]) {
        for (const [engine, digits] of engines) {
          for (const count of [1, 3]) {
            const rows = inputs.slice(0, count);
            const [actual, expected] = [network(), network()];
            const options = { optimizer: sgd({ learningRate: 0.5 }), epochs: 2, batchSize: count };
            const report = await fit(
              actual,
              { inputs: rows, targets: rows.map(() => known.map((isKnown) => (isKnown ? 1 : null))) },
              { ...options, loss: make({}), engine },
            );
            const expectedReport = await fit(
              expected,
              { inputs: rows, targets: rows.map(() => [1, 1]) },
              { ...options, loss: maskedLoss(make({}), known), engine: reference() },
            );
            report.history.forEach(({ loss }, k) => expect(loss).toBeCloseTo(expectedReport.history[k].loss, digits));
            actual.parameters.vector.forEach((p, k) => expect(p).toBeCloseTo(expected.parameters.vector[k], digits));
          }
        }
      }
    },
  );
});

test('metrics ignore unknown targets', async () => {
  const { metrics } = await evaluate(
    network(),
    {
      inputs,
      targets: [
        [1, null],
        [0, 1],
        [null, 0],
      ],
    },
    { loss: mse(), metrics: [meanAbsoluteError(), rSquared(), accuracy(), confusionMatrix()] },
  );
  const [a, b, c] = inputs.map((input) => network().predict(input));
  const errors = [1 - a[0], b[0], 1 - b[1], c[1]];
  expect(metrics.meanAbsoluteError).toBeCloseTo(errors.reduce((sum, e) => sum + Math.abs(e)) / 4, 12);
  const r2 = [1 - (errors[0] ** 2 + errors[1] ** 2) / 0.5, 1 - (errors[2] ** 2 + errors[3] ** 2) / 0.5];
  expect(metrics.rSquared).toBeCloseTo((r2[0] + r2[1]) / 2, 12);
  expect(metrics.accuracy).toBe(Number(b[1] > b[0]));
  expect((metrics.confusionMatrix as number[][]).flat().reduce((sum, n) => sum + n)).toBe(1);
});

test('standardization ignores unknown targets', async () => {
  const one = network();
  const targets = [
    [1, null],
    [3, 8],
  ];
  await fit(
    one,
    { inputs: inputs.slice(0, 2), targets },
    {
      loss: mse(),
      optimizer: sgd({ learningRate: 0 }),
      epochs: 1,
      standardize: { targets: true },
    },
  );
  expect([...one.outputScaler!.mean]).toEqual([2, 8]);
  expect([...one.outputScaler!.deviation]).toEqual([1, 1]);
});

test.each<[string, Data, Loss, string]>([
  ['a sample without any target', { inputs: [[1, 2]], targets: [[null, null]] }, mse(), 'EMPTY_DATA'],
  [
    'null for a loss that compares all outputs',
    { inputs: [[1, 2]], targets: [[1, null]] },
    softmaxCrossEntropy(),
    'WRONG_TARGET',
  ],
  [
    'undefined next to null',
    { inputs: [[1, 2]], targets: [[null, undefined as unknown as number]] },
    mse(),
    'NOT_FINITE',
  ],
  ['a target that is NaN', { inputs: [[1, 2]], targets: [[1, NaN]] }, mse(), 'NOT_FINITE'],
  [
    'a step whose targets are all null',
    { sequences: [{ inputs: [[1, 2]], targets: [[null, null]] }] },
    mse(),
    'EMPTY_DATA',
  ],
])('fit rejects %s', async (_, data, loss, code) => {
  await expect(fit(network(), data, { loss, optimizer: sgd({ learningRate: 1 }), epochs: 1 })).rejects.toMatchObject({
    code,
  });
});
