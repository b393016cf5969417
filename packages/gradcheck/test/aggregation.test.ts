import { max, sum } from '@nnbp/aggregations';
import type { Aggregation } from '@nnbp/core';
import { checkAggregation } from '@nnbp/gradcheck';
import { expect, test } from 'vitest';

test('checkAggregation finds derivatives that are wrong, not finite or not written to dAdz', () => {
  const wrong = (derivative: Aggregation['derivative']) => checkAggregation({ ...sum, derivative });
  expect(wrong((_z, _a, dAdz) => void dAdz.fill(2)).toString()).toContain('twice');
  expect(wrong((_z, _a, dAdz) => void dAdz.fill(NaN)).violations[0]).toContain('expected finite numbers');
  expect(wrong(() => undefined).violations[0]).toContain('Write every entry and do not read any');
});

test('checkAggregation throws if the `at` option is an empty list', () => {
  expect(() => checkAggregation(sum, { at: [] })).toThrow('at is empty');
});

test('checkAggregation finds an undeclared kink', () => {
  const { kinkDistance: _, ...undeclared } = max;
  expect(checkAggregation(undeclared, { at: [[1, 1]] }).ok).toBe(false);
});
