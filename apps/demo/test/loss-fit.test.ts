import { expect, test } from 'vitest';
import { misfit } from '../web/train/loss-fit.js';

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
] as const)('on a %s task, the misfit of %s with %s is %s', (task, loss, outputActivation, expected) => {
  expect(misfit(task, { loss, outputActivation })).toBe(expected);
});
