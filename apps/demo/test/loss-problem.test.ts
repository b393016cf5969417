import { expect, test } from 'vitest';
import { lossProblemOf } from '../web/train/loss-problem.js';

test.each([
  ['binary', 'binaryCrossEntropy', 'sigmoid', undefined],
  ['binary', 'binaryCrossEntropy', 'hardSigmoid', undefined],
  ['binary', 'binaryCrossEntropy', 'tanh', 'needs-probability'],
  ['binary', 'binaryCrossEntropy', 'relu', 'needs-probability'],
  ['binary', 'binaryCrossEntropyWithLogits', 'identity', undefined],
  ['binary', 'binaryCrossEntropyWithLogits', 'tanh', undefined],
  ['binary', 'binaryCrossEntropyWithLogits', 'softplus', 'needs-signed-output'],
  ['classes', 'softmaxCrossEntropy', 'sigmoid', 'needs-signed-output'],
  ['regression', 'poisson', 'relu', 'needs-signed-output'],
  ['binary', 'softmaxCrossEntropy', 'identity', 'one-output'],
  ['classes', 'klDivergence', 'identity', 'needs-log-probability'],
  ['regression', 'hinge', 'identity', 'class-loss'],
  ['binary', 'binaryCrossEntropy', 'constructor', undefined],
] as const)(
  'for a %s task with the loss %s and the output activation %s, lossProblemOf returns %s',
  (task, loss, outputActivation, expected) => {
    expect(lossProblemOf(task, { loss, outputActivation })).toBe(expected);
  },
);
