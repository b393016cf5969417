import { type Network, Random } from '@nnbp/core';
import { auto } from '@nnbp/wasm';
import { expect, test, vi } from 'vitest';
import { defaultState } from '../web/state.js';
import { builtinFunctions } from '../web/functions.js';
import { readTable, tableDataset } from '../web/train/data/csv.js';
import type { Dataset } from '../web/train/data/dataset.js';
import { divide } from '../web/train/data/divide.js';
import { iris } from '../web/train/data/iris.js';
import { observerOf } from '../web/train/observe.js';
import { createTrainer } from '../web/train/trainer.js';
import { openSession, type Session } from '../web/train/session.js';
import { type Settings, withData } from '../web/shared/training-settings.js';

/** y is 100 · (3a − 2) in red rows and 100 · (3a + 2) in blue rows. */
const table = readTable(
  [
    'a,colour,y',
    ...Array.from({ length: 40 }, (_, k) => `${k},${k % 2 ? 'red' : 'blue'},${300 * k + (k % 2 ? -200 : 200)}`),
  ].join('\n'),
);
const prices = tableDataset(table, 2, 'number', 1);

async function trained(dataset: Dataset, loss: string, part: Partial<Settings> = {}) {
  const settings = { ...withData(defaultState.train, 'csv'), loss, hidden: [4], ...part };
  const engine = await auto();
  const session = openSession(settings, dataset, builtinFunctions, engine);
  for (let k = 0; k < 30; k++) session.step();
  const observer = observerOf(session, dataset, engine);
  return { session, engine, observer };
}

/** Returns the network of a training run, with its current parameters. */
function networkOf({ network, parameters }: Session): Network {
  network.parameters.vector.set(parameters);
  return network;
}

test('the layout of a small network contains all nodes and edges', async () => {
  const { observer } = await trained(prices, 'mse');
  expect(observer.layout.layers.map(({ ids }) => ids.length)).toEqual([3, 4, 1]);
  expect(observer.layout.edges).toHaveLength(3 * 4 + 4);
});

test('for regression, errors are in the units of the target', async () => {
  const { session, observer } = await trained(prices, 'mse');
  const { count, inputs, targets } = prices.validation!;
  const network = networkOf(session);
  const errors = Array.from(
    { length: count },
    (_, s) => network.predict(inputs.slice(3 * s, 3 * s + 3))[0] - targets[s],
  );
  const mean = (transform: (error: number) => number) =>
    errors.reduce((sum, error) => sum + transform(error), 0) / count;
  const { validation } = observer.observe({ sample: null, row: null }).fit!;
  expect(validation!.meanAbsoluteError / mean(Math.abs)).toBeCloseTo(1, 4);
  expect(validation!.rootMeanSquareError / Math.sqrt(mean((error) => error ** 2))).toBeCloseTo(1, 4);
  expect(Array.from(validation!.predicted, (value, s) => (value - targets[s]) / errors[s])).toEqual(
    errors.map(() => expect.closeTo(1, 3) as number),
  );
});

test('the prediction for a row of inputs is in the original units of the data', async () => {
  const { session, observer } = await trained(prices, 'mse');
  expect(prices.fields).toEqual([{ name: 'a' }, { name: 'colour', categories: ['blue', 'red'] }]);
  const row = [7, 0, 1];
  const { row: prediction } = observer.observe({ sample: null, row });
  expect(prediction!.values[0] / networkOf(session).predict(row)[0]).toBeCloseTo(1, 4);
  // There is no prediction for a row of another data set.
  expect(observer.observe({ sample: null, row: [1] }).row).toBeUndefined();
});

test('the prediction for a row contains class probabilities for softmaxCrossEntropy, and raw outputs for mse', async () => {
  const flowers = iris(1);
  const row = [5.1, 3.5, 1.4, 0.2];
  const soft = await trained(flowers, 'softmaxCrossEntropy');
  const { values, predictedClass, probabilities } = soft.observer.observe({ sample: null, row }).row!;
  const x = networkOf(soft.session).predict(row);
  const sum = x.reduce((total, value) => total + Math.exp(value), 0);
  expect(probabilities).toBe(true);
  expect(values).toEqual(Array.from(x, (value) => expect.closeTo(Math.exp(value) / sum, 4) as number));
  expect(values[predictedClass]).toBe(Math.max(...values));
  const plain = await trained(flowers, 'mse');
  const prediction = plain.observer.observe({ sample: null, row }).row!;
  expect(prediction.probabilities).toBe(false);
  expect(prediction.values).toEqual(
    Array.from(networkOf(plain.session).predict(row), (value) => expect.closeTo(value, 4) as number),
  );
});

test('an observation of images contains the misclassified images and the weights of the first layer', async () => {
  const random = new Random(3);
  const images = Array.from({ length: 60 }, () => Array.from({ length: 4 }, () => Math.round(random.uniform())));
  const dataset: Dataset = {
    task: 'classes',
    inputNames: ['0,0', '0,1', '1,0', '1,1'],
    targetName: '',
    classes: ['even', 'odd', 'none'],
    ...divide(
      images,
      images.map((pixels) => pixels.reduce((sum, value) => sum + value, 0) % 2),
      20,
      1,
    ),
    standardize: false,
    side: 2,
  };
  const { session, observer } = await trained(dataset, 'softmaxCrossEntropy');
  const { misclassified, weightImages, confusion } = observer.observe({ sample: null, row: null });
  const wrong = confusion!
    .flatMap((row, truth) => row.filter((_, predictedClass) => predictedClass !== truth))
    .reduce((a, b) => a + b, 0);
  expect(wrong).toBeGreaterThan(0);
  expect(misclassified).toHaveLength(Math.min(12, wrong));
  const network = networkOf(session);
  for (const { number, truth, predictedClass, pixels } of misclassified!) {
    const inputs = dataset.validation!.inputs.slice(4 * number, 4 * number + 4);
    expect(Array.from(pixels, (value) => value / 255)).toEqual([...inputs]);
    expect(dataset.validation!.targets[number]).toBe(truth);
    const x = network.predict(inputs);
    expect(x[predictedClass]).toBe(Math.max(...x));
  }
  const weights = Object.values(network.getParameters(observer.layout.layers[1].ids[0]).w);
  const largest = Math.max(...weights.map(Math.abs));
  expect(Array.from(weightImages!.subarray(0, 4))).toEqual(weights.map((w) => Math.round((127 * w) / largest)));
});

test('an observation of a convolution contains the weights of each filter, and the layout contains one node per filter', async () => {
  const pixels = Array.from({ length: 25 }, (_, k) => String(k));
  const rows = Array.from({ length: 8 }, (_, s) => pixels.map((_, k) => Number((s * 31 + k * 7) % 5 < 2)));
  const targets = rows.map((_, s) => s % 2);
  const dataset: Dataset = {
    task: 'classes',
    inputNames: pixels,
    targetName: '',
    classes: ['0', '1'],
    ...divide(rows, targets, 2, 1),
    standardize: false,
    side: 5,
  };
  const part = { convolution: { filters: 3, kernel: 3 }, hidden: [] };
  const { session, observer } = await trained(dataset, 'softmaxCrossEntropy', part);
  const { layout } = observer;
  expect(layout.layers.map(({ size }) => size)).toEqual([25, 12, 2]);
  const network = networkOf(session);
  const { weightImages } = observer.observe({ sample: null, row: null });
  expect(weightImages).toHaveLength(3 * 9);
  for (const [filter, id] of layout.layers[1].ids.entries()) {
    // All nodes of a filter have the same weights. A node's predecessors are the pixels of its window, row by row.
    const { w } = network.getParameters(`conv.${4 * filter}`);
    const weights = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => w[network.graph.ids[5 * row + column]]));
    expect(Object.values(network.getParameters(id).w)).toEqual(weights);
    const largest = Math.max(...weights.map(Math.abs));
    expect(Array.from(weightImages!.subarray(9 * filter, 9 * filter + 9))).toEqual(
      weights.map((w) => Math.round((127 * w) / largest)),
    );
  }
});

test('a repeated training run has the same losses at the same steps', async () => {
  // With a clock that stands still, no observation takes time, so `advance` measures the loss at every step.
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
  const trainer = createTrainer(builtinFunctions);
  const { port1, port2 } = new MessageChannel();
  const prepare = () => trainer.prepare({ ...defaultState.train, data: 'circles', hidden: [3] }, undefined, port1);
  await prepare();
  const observed = [0, 1, 2, 3].map((step) => {
    const { loss } = trainer.snapshot({ sample: null, row: null }, true)!.observation!;
    trainer.step();
    return { step, loss };
  });
  await prepare();
  expect(trainer.advance(4)).toEqual({ steps: 4, losses: observed });
  port1.close();
  port2.close();
  clock.mockRestore();
});

test('if a preparation fails after a second one has started, the session of the second one continues', async () => {
  const trainer = createTrainer(builtinFunctions);
  const { port1, port2 } = new MessageChannel();
  // Fails, because there is no table.
  const first = trainer.prepare({ ...defaultState.train, data: 'csv' }, undefined, port1);
  const second = trainer.prepare({ ...defaultState.train, data: 'circles' }, undefined, port1);
  expect([await first, (await second) ?? {}]).toEqual([
    undefined,
    expect.not.objectContaining({ kind: expect.anything() as string }),
  ]);
  expect(trainer.advance(3).steps).toBe(3);
  port1.close();
  port2.close();
});
