/** Tests that `nnbp train` rejects networks that are too large. */
import { describe, expect, test } from 'vitest';
import { type Layers, sizeProblem } from '../src/training/network-size.js';
import { workspace } from './workspace.js';

/** 60 rows of y, x1, …, x200. No column is constant, and x200 increases. */
const table = [
  Array.from({ length: 201 }, (_, k) => (k === 0 ? 'y' : `x${k}`)),
  ...Array.from({ length: 60 }, (_, row) =>
    Array.from({ length: 201 }, (_, k) => (k === 200 ? row : (row * (k + 3)) % 997)),
  ),
]
  .map((cells) => `${cells.join(',')}\n`)
  .join('');

test.each([
  ['1e15', [], 'at most 262,144 hidden nodes, received 1,000,000,000,000,000'],
  ['200000,200000', [], 'at most 262,144 hidden nodes, received 400,000'],
  ['10000,10000', [], 'at most 33,554,432 weights, received 100,000,000'],
  // 200 inputs and 1 output
  ['170000', [], 'at most 33,554,432 weights, received 34,170,000'],
  // 4 · (199 + 3000) · 3000 weights, and 3000 for the output
  ['3000', ['--recurrent', 'lstm', '--group', 'x1'], 'at most 33,554,432 weights, received 38,391,000'],
  // 4 · (1 + 3000) · 3000 weights, and 3000 for the output
  [
    '3000',
    ['--recurrent', 'lstm', '--time', 'x200', '--window', '5'],
    'at most 33,554,432 weights, received 36,015,000',
  ],
])('train rejects --hidden %s %j', async (hidden, options, message) => {
  const { nnbp } = await workspace({ 'd.csv': table });
  const { code, stderr } = await nnbp('train', 'd.csv', '--target', 'y', '--hidden', hidden, ...options);
  expect(stderr).toContain(`Expected a network with ${message}`);
  expect(code).toBe(2);
});

describe('sizeProblem', () => {
  const limit = 2 ** 25;
  test.each<[string, Layers, number]>([
    ['no hidden layer', { inputs: 2 ** 20, hidden: [], outputs: 32 }, 2 ** 25],
    ['dense layers', { inputs: 10, hidden: [20, 30], outputs: 5 }, 10 * 20 + 20 * 30 + 30 * 5],
    ['edges from inputs to outputs', { inputs: 10, hidden: [20], outputs: 5, skip: true }, 10 * 20 + 20 * 5 + 10 * 5],
    ['edges from inputs to outputs, without hidden layers', { inputs: 10, hidden: [], outputs: 5, skip: true }, 50],
    ['rnn', { inputs: 10, hidden: [20], outputs: 5, recurrent: 'rnn' }, 30 * 20 + 20 * 5],
    ['gru', { inputs: 10, hidden: [20], outputs: 5, recurrent: 'gru' }, 3 * 30 * 20 + 20 * 5],
    ['lstm', { inputs: 10, hidden: [20, 4], outputs: 5, recurrent: 'lstm' }, 4 * (30 * 20 + 24 * 4) + 4 * 5],
  ])('counts the weights of %s', (_, layers, weights) => {
    expect(sizeProblem(layers)).toBeUndefined();
    // If each layer has `factor` times as many nodes, there are factor² times as many weights.
    const factor = Math.floor(Math.sqrt(limit / weights)) + 1;
    const larger = {
      ...layers,
      inputs: layers.inputs * factor,
      hidden: layers.hidden.map((units) => units * factor),
      outputs: layers.outputs * factor,
    };
    expect(sizeProblem(larger)).toContain(`received ${(weights * factor ** 2).toLocaleString('en')}.`);
  });

  test('a network of exactly the maximum size is accepted', () => {
    expect(sizeProblem({ inputs: 1, hidden: [2 ** 18], outputs: 1 })).toBeUndefined();
    expect(sizeProblem({ inputs: 1, hidden: [2 ** 18 + 1], outputs: 1 })).toContain('hidden nodes, received 262,145');
    expect(sizeProblem({ inputs: 1, hidden: [2 ** 12, 2 ** 13 - 1], outputs: 0 })).toBeUndefined();
    expect(sizeProblem({ inputs: 1, hidden: [2 ** 12, 2 ** 13], outputs: 0 })).toContain(
      'weights, received 33,558,528',
    );
  });
});
