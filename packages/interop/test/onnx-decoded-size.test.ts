/**
 * Tests small ONNX files whose lists would need far more memory when decoded, and files that try to hide such lists.
 */
import { fromOnnx } from '@nnbp/interop';
import { expect, test } from 'vitest';
import { errorOf } from '../../core/test/error-of.js';

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
const field = (number: number, bytes: Uint8Array) =>
  Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes]);
/** An array of this length that repeats these bytes. */
const repeated = (length: number, ...bytes: readonly number[]) =>
  new Uint8Array(length).map((_, k) => bytes[k % bytes.length]);
const codeOf = (bytes: Uint8Array) => errorOf(() => fromOnnx(bytes)).code;

test.each([
  ['nodes', field(7, repeated(2e6, 0x0a, 0))],
  ['operator sets', repeated(2e6, 0x42, 0)],
  ['names of operands', field(7, field(1, repeated(8e6, 0x0a, 0)))],
  ['sizes of a tensor', field(7, field(5, repeated(4e6, 0x08, 1)))],
  ['packed integers', field(7, field(5, field(7, repeated(4e6, 1))))],
])('a file with millions of %s is rejected before it fills the memory', (_, bytes) => {
  expect(codeOf(bytes)).toBe('TOO_LARGE');
});

test('a huge list is also rejected after a group, a field with a wrong wire type or a corrupt length', () => {
  const list = field(7, repeated(2e6, 0x0a, 0));
  const prefixes = [
    [0xa3, 0x06, 0xa4, 0x06],
    [0x38, 1],
    [0x0a, 0],
    [0x42, 0x84, 0x80],
  ];
  expect(prefixes.map((prefix) => codeOf(Buffer.concat([Buffer.from(prefix), list])))).toEqual(
    prefixes.map(() => 'MALFORMED'),
  );
  // A field that does not exist in any version of ONNX is skipped.
  expect(codeOf(Buffer.concat([Buffer.from([0xa2, 0x06, 1, 7, 0xa1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8]), list]))).toBe(
    'TOO_LARGE',
  );
});
