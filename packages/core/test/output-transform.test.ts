import { identity } from '@nnbp/activations';
import { backpropagate, compile, GraphBuilder, Network, type OutputTransform } from '@nnbp/core';
import { softmaxCrossEntropy } from '@nnbp/losses';
import { accuracy, evaluate } from '@nnbp/train';
import { describe, expect, test } from 'vitest';

/** Creates a network whose output values are its inputs. */
function copyingNetwork(inputs: number, outputTransform: OutputTransform): Network {
  const builder = new GraphBuilder();
  const from = builder.inputs(inputs);
  from.forEach((id, k) => builder.output(builder.node(`y${k}`, { from: [id], activation: identity, fixed: { c: 1 } })));
  const network = new Network(builder.build(), { outputTransform });
  from.forEach((id, k) => network.setParameters(`y${k}`, { w: { [id]: 1 } }));
  return network;
}

const values = [1, 2, 0.5];
const total = Math.exp(1) + Math.exp(2) + Math.exp(0.5);
const expected: Record<OutputTransform, number[]> = {
  none: values,
  sigmoid: values.map((x) => 1 / (1 + Math.exp(-x))),
  softmax: values.map((x) => Math.exp(x) / total),
  logSoftmax: values.map((x) => x - Math.log(total)),
};

describe.each(Object.entries(expected) as [OutputTransform, number[]][])('outputTransform %s', (transform, outputs) => {
  test(`predict, predictBatch and a compiled predictor apply the output transform ${transform}`, async () => {
    const network = copyingNetwork(3, transform);
    const predictor = await compile(network);
    for (const row of [network.predict(values), network.predictBatch([values])[0], predictor.predict(values)]) {
      row.forEach((y, k) => expect(y).toBeCloseTo(outputs[k], 14));
    }
    expect(predictor.predictBatch([values])).toEqual([network.predict(values)]);
    predictor.dispose();
  });

  test(`the output transform ${transform} does not change backpropagation`, () => {
    const pass = backpropagate(copyingNetwork(3, transform), values, [0, 1, 0], softmaxCrossEntropy());
    expect(pass.outputs).toEqual([values]);
    expect(pass.loss).toBeCloseTo(-expected.logSoftmax[1], 14);
  });
});

test('transformed predictions do not overflow if output values are large', () => {
  expect(copyingNetwork(2, 'softmax').predict([1e4, 0])).toEqual([1, 0]);
  expect(copyingNetwork(2, 'logSoftmax').predict([1e4, 0])).toEqual([0, -1e4]);
  expect(copyingNetwork(2, 'sigmoid').predict([-1e4, 1e4])).toEqual([0, 1]);
});

test('the output transform also applies to predictions with very large parameters', () => {
  const network = copyingNetwork(2, 'softmax');
  network.setParameters('y0', { b: 1e308, w: { 'input.0': -1e308 } });
  expect(network.predict([1, 3])).toEqual([Math.exp(-3) / (1 + Math.exp(-3)), 1 / (1 + Math.exp(-3))]);
});

test('evaluate computes the loss before the output transform, and metrics after it', async () => {
  const network = copyingNetwork(1, 'sigmoid');
  const data = { inputs: [[0.2], [-0.2]], targets: [[1], [0]] };
  const square = { name: 'square', value: (x: ArrayLike<number>) => x[0] ** 2, derivative: () => undefined };
  const { loss, metrics } = await evaluate(network, data, { loss: square, metrics: [accuracy()] });
  expect(loss).toBeCloseTo(0.04, 14);
  // The output value 0.2 is below one half, but its sigmoid, the probability, is above one half.
  expect(metrics.accuracy).toBe(1);
});

test('an unknown output transform is rejected, and the current one is kept', () => {
  const network = copyingNetwork(1, 'sigmoid');
  expect(() => {
    network.outputTransform = 'tanh' as OutputTransform;
  }).toThrow(expect.objectContaining({ code: 'OUT_OF_RANGE' }));
  expect(network.outputTransform).toBe('sigmoid');
  expect(() => new Network(network.graph, { outputTransform: 'no' as OutputTransform })).toThrow(
    expect.objectContaining({ code: 'OUT_OF_RANGE' }),
  );
});
