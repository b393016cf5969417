import { expect, test } from 'vitest';
import { NnbpError, Standardization } from '../src/index.js';

test('Standardization.fit computes the mean and population standard deviation of each column', () => {
  const scaler = Standardization.fit([
    [1, -2],
    [3, 2],
    [5, 6],
  ]);
  expect(scaler.mean[0]).toBeCloseTo(3, 14);
  expect(scaler.mean[1]).toBeCloseTo(2, 14);
  expect(scaler.deviation[0]).toBeCloseTo(Math.sqrt(8 / 3), 14);
  expect(scaler.deviation[1]).toBeCloseTo(Math.sqrt(32 / 3), 14);
});

test('Standardization.fit sets the deviation of a constant column to 1', () => {
  expect(Standardization.fit([[0.1], [0.1], [0.1]]).deviation).toEqual([1]);
});

test('undoRow inverts applyRow', () => {
  const scaler = new Standardization([1, -2], [4, 0.5]);
  expect([...scaler.applyRow([3, -1])]).toEqual([0.5, 2]);
  expect([...scaler.undoRow(scaler.applyRow([3, -1]))]).toEqual([3, -1]);
});

test('Standardization.fit ignores missing values (null), and a column without values has mean 0 and deviation 1', () => {
  const scaler = Standardization.fit([
    [1, null],
    [null, null],
    [3, null],
  ]);
  expect(scaler.mean).toEqual([2, 0]);
  expect(scaler.deviation).toEqual([1, 1]);
});

test('Standardization.fit throws if there are no rows or a number is not finite', () => {
  expect(() => Standardization.fit([])).toThrow(expect.objectContaining({ code: 'EMPTY_DATA' }) as NnbpError);
  expect(() => Standardization.fit([[1], [NaN]])).toThrow(expect.objectContaining({ code: 'NOT_FINITE' }) as NnbpError);
});

test('the details of an error are the path, the expected value and the received value', () => {
  const details = (() => {
    try {
      new Standardization([1, 2], [1]);
    } catch (error) {
      return error instanceof NnbpError ? error.details : undefined;
    }
    return undefined;
  })();
  expect(details).toEqual({ path: 'deviation', expected: 2, received: 1 });
  expect(new NnbpError('CYCLE', 'message').details).toEqual({});
});
