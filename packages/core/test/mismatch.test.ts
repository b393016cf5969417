import {
  expectFinite,
  expectInteger,
  expectObject,
  expectPlugin,
  GraphBuilder,
  mismatch,
  mlp,
  NnbpError,
} from '@nnbp/core';
import { tanh } from '@nnbp/activations';
import { huber } from '@nnbp/losses';
import { expect, test } from 'vitest';

test('a mismatch has the same path, expected and received values in its message and in its details', () => {
  const error = mismatch('OUT_OF_RANGE', 'rows', 3, 'none');
  expect(error).toBeInstanceOf(NnbpError);
  expect(error.message).toBe('rows: expected 3, received "none".');
  expect(error.details).toEqual({ path: 'rows', expected: 3, received: 'none' });
});

test('a string that should be a number, such as an unparsed cell of a table, is quoted in the message', () => {
  expect(() => expectFinite('inputs', ['1'] as never)).toThrow(
    'inputs, position 0: expected a finite number, received "1".',
  );
  expect(() => expectInteger('epochs', '3' as never, 1)).toThrow('epochs: expected an integer ≥ 1, received "3".');
  expect(() => expectInteger('epochs', null as never, 1)).toThrow('epochs: expected an integer ≥ 1, received null.');
});

test.each([
  [null, 'null'],
  [3, 'number'],
  ['adam', 'string'],
])('an error about the type of %j says that a %s was received', (value, type) => {
  expect(() => expectObject('optimizer', value, 'an optimizer')).toThrow(
    `optimizer: expected an optimizer, received ${type}.`,
  );
});

test('an error about a plugin that is an array says that an array was received', () => {
  expect(() => expectPlugin('loss', [], 'value', 'a loss')).toThrow('loss: expected a loss, received array.');
});

test.each<[string, () => unknown, NnbpError['details']]>([
  [
    'an integer that is too small',
    () => expectInteger('epochs', 0, 1),
    { path: 'epochs', expected: 'an integer ≥ 1', received: 0 },
  ],
  ['too few sizes', () => mlp([2], { activation: tanh }), { path: 'mlp', received: 1 }],
  [
    'an invalid option of a loss',
    () => huber({ delta: -1 }),
    { path: 'delta', expected: 'a finite number above 0', received: -1 },
  ],
  [
    'an id that is not a string',
    () => new GraphBuilder().input(3 as never),
    { path: "A node's id", expected: 'a string', received: 3 },
  ],
])('the error for %s has details', (_, act, details) => {
  let error: unknown;
  try {
    act();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(NnbpError);
  expect((error as NnbpError).details).toMatchObject(details);
});
