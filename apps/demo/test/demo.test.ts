import { articleNetwork } from '@nnbp/conformance';
import { expect, test } from 'vitest';
import { articleOutputNode } from '../src/article.js';
import { handwrittenDigits, iris } from '../src/data.js';
import { fiveNodes, straightLineError, tripling } from '../src/follow-up.js';
import { irisAccuracy } from '../src/real-data.js';

test("the article's network outputs 2.28348; in the article's example (x7 = 7, target 10), dloss/dx of node 7 is -6", () => {
  expect(articleNetwork().predict([0.5])[0]).toBeCloseTo(2.283483819441706, 12);
  expect(articleOutputNode().dLossDx).toBe(-6);
});

test('training on y = 3x reaches a loss below 1e-10', async () => {
  expect((await tripling()).loss).toBeLessThan(1e-10);
});

test('the error on five points is below 1e-4 for the best of five seeds, and 0.499 for the best straight line', async () => {
  const errors = await Promise.all([1, 2, 3, 4, 5].map(fiveNodes));
  expect(Math.min(...errors)).toBeLessThan(1e-4);
  expect(straightLineError()).toBeCloseTo(0.499, 3);
});

test('iris reaches 90 % test accuracy', async () => {
  expect(await irisAccuracy(1)).toBeGreaterThan(0.9);
});

test('no test sample of the digits is a training sample, and iris has 45 test samples', () => {
  const { training, test: testSet } = handwrittenDigits(1);
  expect([training.inputs.length, testSet.inputs.length]).toEqual([8000, 2000]);
  const seen = new Set(Array.from(training.inputs));
  expect(Array.from(testSet.inputs).some((row) => seen.has(row))).toBe(false);
  expect(iris(3).test.inputs.length).toBe(45);
});
