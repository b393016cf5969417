/**
 * Tests that the worker can record a pass with user functions, and that the page, which replays the recording, gets the
 * same numbers as the engine.
 */
import { backpropagate, type Loss } from '@nnbp/core';
import { expect, test } from 'vitest';
import { exerciseOf, type Question } from '../web/derive/exercise.js';
import { formulaStandIn } from '../web/derive/mode.js';
import { record, replayed } from '../web/shared/user-code/recording.js';
import { formulaNetwork } from '../web/shared/formula-network.js';
import { builtinFunctions, type Functions } from '../web/functions.js';

const fourthPower: Loss = {
  name: 'fourth',
  value: (x, t) => (x[0] - t[0]) ** 4,
  derivative: (x, t, dLossDx) => void (dLossDx[0] = 4 * (x[0] - t[0]) ** 3),
};
const functions: Functions = {
  activation: (name) => builtinFunctions.activation(name),
  loss: (name) => (name === 'fourth' ? fourthPower : builtinFunctions.loss(name)),
};

test('the derivation of a fitted formula with a custom loss matches the engine’s derivatives', () => {
  const formula = { formula: 'a*exp(b*x)', variable: 'x', values: { a: 1.5, b: 0.4 } };
  const question: Question = {
    network: formulaStandIn(formula),
    formula,
    mode: 'fit',
    input: [2],
    target: [3],
    time: undefined,
    loss: 'fourth',
  };
  const recording = record({ ...question, custom: { activations: [], losses: ['fourth'] } }, functions);
  const exercise = exerciseOf(question, replayed(recording, builtinFunctions));
  const { network } = formulaNetwork(formula);
  const expected = backpropagate(network, [2], [3], fourthPower);
  expect(exercise.trace.pass.loss).toBe(expected.loss);
  for (const node of ['a', 'b']) {
    expect(exercise.rootStep({ quantity: 'dLossDb', node }).value).toBe(expected.gradients.of(node).b);
  }
});
