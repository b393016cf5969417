/**
 * Tests `hasSameContent`: data with the same content does not restart a layout, training or recording, but data with
 * different content does.
 */
import { expect, test } from 'vitest';
import { hasSameContent } from '../web/shared/same-content.js';

const shape = () => ({ direction: 'LR', boxes: [{ id: '1', width: 40 }], room: NaN, places: null, title: undefined });

test('copies of plain data have the same content', () => {
  expect(hasSameContent(shape(), shape())).toBe(true);
  expect(hasSameContent([], [])).toBe(true);
  expect(hasSameContent({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true);
});

test.each([
  ['a different number', { ...shape(), room: 40 }],
  ['a different nested string', { ...shape(), boxes: [{ id: '2', width: 40 }] }],
  ['a longer array', { ...shape(), boxes: [...shape().boxes, ...shape().boxes] }],
  ['an array in a different order', { ...shape(), boxes: [{ width: 40 }, { id: '1' }] }],
  ['null instead of undefined', { ...shape(), title: null }],
  ['an additional property', { ...shape(), open: undefined }],
  [
    'a differently named property',
    { direction: 'LR', boxes: shape().boxes, room: NaN, places: null, label: undefined },
  ],
  ['null instead of the object', null],
])('data with %s has different content', (_, other) => {
  expect(hasSameContent(shape(), other)).toBe(false);
  expect(hasSameContent(other, shape())).toBe(false);
});

test('an array differs from an object with the same entries, and 0 differs from −0', () => {
  expect(hasSameContent(['a'], { 0: 'a' })).toBe(false);
  expect(hasSameContent([0], [-0])).toBe(false);
});

test('objects whose content is not in their properties, such as maps, have the same content only if they are identical', () => {
  const table = new Map([['a', 1]]);
  expect(hasSameContent({ table }, { table })).toBe(true);
  expect(hasSameContent({ table }, { table: new Map([['b', 2]]) })).toBe(false);
});
