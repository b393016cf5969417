/**
 * Tests that the built-in activations, losses, optimizers and transforms run as kernels: their JavaScript functions are
 * never called.
 */
import { type ActivationRecord, activationRecords } from '@nnbp/activations';
import { type Activation, type Loss, mlp, type Optimizer } from '@nnbp/core';
import { type LossRecord, lossRecords, mse } from '@nnbp/losses';
import {
  chain,
  clipByNorm,
  clipByValue,
  decayWeights,
  l1Penalty,
  type OptimizerRecord,
  optimizerRecords,
  sgd,
} from '@nnbp/optim';
import { wasm } from '@nnbp/wasm';
import { describe, expect, test } from 'vitest';

const engine = await wasm();
const [inputs, targets] = [Float32Array.of(0.5, -0.25, 0.75, 0.5), Float32Array.of(1, 0, 1, 0)];

/** Takes three steps at batch size 1 (unrolled code) and at batch size 2 (tables). */
function steps({
  activation = activationRecords.sigmoid.activation,
  loss = mse(),
  optimizer = sgd({ learningRate: 0.1 }),
}) {
  for (const samples of [1, 2]) {
    const executor = engine.prepare(mlp([2, 3, 2], { activation }), samples);
    executor.parameters.fill(0.5);
    for (let n = 0; n < 3; n++) {
      expect(executor.step(inputs, targets, samples, loss, optimizer)).toSatisfy(Number.isFinite);
    }
    expect(executor.parameters.every((value) => value === 0.5)).toBe(false);
    executor.dispose();
  }
}

const throwIfCalled = () => {
  throw new Error('A built-in ran in JavaScript.');
};
const throwingActivation = (activation: Activation): Activation => ({
  ...activation,
  value: throwIfCalled,
  derivative: throwIfCalled,
});
const throwingLoss = (loss: Loss): Loss => ({ ...loss, value: throwIfCalled, derivative: throwIfCalled });
const throwingOptimizer = (optimizer: Optimizer): Optimizer => ({ ...optimizer, step: throwIfCalled });

describe('built-ins', () => {
  test.each(Object.entries<ActivationRecord>(activationRecords))(
    'the activation %s runs as a kernel',
    (_, { activation }) => {
      steps({ activation: throwingActivation(activation) });
    },
  );
  test.each(Object.entries<LossRecord>(lossRecords))('the loss %s runs as a kernel', (_, { make }) => {
    steps({ loss: throwingLoss(make({})) });
  });
  test.each(Object.entries<OptimizerRecord>(optimizerRecords))('the optimizer %s runs as a kernel', (_, { make }) => {
    steps({ optimizer: throwingOptimizer(make({})) });
  });
  test.each([
    ['clipByNorm', clipByNorm(0.01)],
    ['clipByValue', clipByValue(0.01)],
    ['decayWeights', decayWeights(0.1)],
    ['l1Penalty', l1Penalty(0.1)],
  ])('an optimizer chained with the transform %s runs as a kernel', (_, transform) => {
    steps({ optimizer: throwingOptimizer(chain(transform, sgd({ learningRate: 0.1 }))) });
  });
});

test('an optimizer chained with a custom transform runs in JavaScript', () => {
  const halve = {
    name: 'halve',
    transform: (gradients: Float32Array | Float64Array) => {
      for (let k = 0; k < gradients.length; k++) gradients[k] *= 0.5;
    },
  };
  const optimizer = throwingOptimizer(chain(halve, sgd({ learningRate: 0.1 })));
  expect(() => steps({ optimizer })).toThrow('ran in JavaScript');
});

test('the delta option of huber reaches the kernel', () => {
  const executor = engine.prepare(mlp([2, 1], { activation: activationRecords.identity.activation }), 1);
  executor.parameters.set([3, 1, 0, 0]);
  // d = 3 − 1 = 2 is larger than δ, so the loss is δ (d − δ / 2).
  expect(executor.backpropagate(inputs, targets, 1, lossRecords.huber.make({ delta: 0.5 }))).toBe(0.875);
  expect(executor.backpropagate(inputs, targets, 1, lossRecords.huber.make({ delta: 1 }))).toBe(1.5);
  executor.dispose();
});
