import { expect, test } from 'vitest';
import { carriedOver } from '../web/build/carried-over.js';

test('each node keeps its values at all steps, even if it is renamed, and an added node gets the default', () => {
  expect(carriedOver([1, 2, 3, 4], ['a', 'b'], ['b', 'c', 'a'], 0.5)).toEqual([2, 0.5, 1, 4, 0.5, 3]);
  expect(carriedOver([1, 2, 3, 4], ['a', 'b'], ['a', 'renamed'], 0.5)).toEqual([1, 2, 3, 4]);
  expect(carriedOver([1, 2, 3, 4], ['a', 'b'], ['b'], 0.5)).toEqual([2, 4]);
});

test('a sequence of 100 steps with 3 inputs is kept whole', () => {
  const values = Array.from({ length: 300 }, (_, k) => k);
  expect(carriedOver(values, ['a', 'b', 'c'], ['a', 'b', 'c'], 0)).toEqual(values);
});
