/** Tests the wire format of Protocol Buffers byte by byte, against its documentation. */
import { fromOnnx } from '@nnbp/interop';
import { describe, expect, test } from 'vitest';
import { decode, encode, type Messages } from '../src/onnx/wire.js';
import { errorOf } from '../../core/test/error-of.js';

const messages: Messages = {
  M: {
    n: [1, 'int32'],
    s: [2, 'string'],
    inner: [3, 'M'],
    many: [4, 'int64', 'many'],
    packed: [5, 'int64', 'packed'],
    f: [6, 'float'],
    d: [7, 'double', 'packed'],
    b: [16, 'bytes'],
    list: [17, 'M', 'many'],
  },
};
const empty = { n: 0, s: '', inner: undefined, many: [], packed: [], f: 0, d: [], b: new Uint8Array(), list: [] };
const read = (...bytes: readonly number[]) => decode(messages, 'M', Uint8Array.from(bytes));

describe('Protocol Buffers', () => {
  test.each<[string, object, number[]]>([
    ['an integer', { n: 150 }, [0x08, 0x96, 0x01]],
    ['a string', { s: 'testing' }, [0x12, 7, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]],
    ['a byte order mark', { s: '\uFEFF' }, [0x12, 3, 0xef, 0xbb, 0xbf]],
    ['a message', { inner: { ...empty, n: 150 } }, [0x1a, 3, 0x08, 0x96, 0x01]],
    ['a list', { many: [1n, 128n] }, [0x20, 1, 0x20, 0x80, 0x01]],
    ['a packed list', { packed: [3n, 270n, 86942n] }, [0x2a, 6, 3, 0x8e, 2, 0x9e, 0xa7, 5]],
    ['a float', { f: 1.5 }, [0x35, 0, 0, 0xc0, 0x3f]],
    ['a packed list of doubles', { d: [-2] }, [0x3a, 8, 0, 0, 0, 0, 0, 0, 0, 0xc0]],
    ['a field number above 15', { b: Uint8Array.of(9) }, [0x82, 0x01, 1, 9]],
    ['a negative int32', { n: -1 }, [0x08, ...new Array<number>(9).fill(255), 1]],
    [
      'a list of the smallest and the largest int64',
      { many: [-(2n ** 63n), 2n ** 63n - 1n] },
      [0x20, ...new Array<number>(9).fill(0x80), 1, 0x20, ...new Array<number>(8).fill(255), 127],
    ],
    ['an int64 of 2^31', { packed: [2n ** 31n] }, [0x2a, 5, 0x80, 0x80, 0x80, 0x80, 8]],
  ])('%s is encoded as documented and decoded again', (_, message, bytes) => {
    const given = 'inner' in message ? { inner: { n: 150 } } : message;
    expect([...encode(messages, 'M', given)]).toEqual(bytes);
    expect(read(...bytes)).toEqual({ ...empty, ...message });
  });

  test('long and nested messages are unchanged after encoding and decoding', () => {
    const list = Array.from({ length: 300 }, (_, k) => ({ ...empty, s: 'x'.repeat(k), list: [{ ...empty, n: k }] }));
    expect(decode(messages, 'M', encode(messages, 'M', { list })).list).toEqual(list);
  });

  test('a list can be packed or not, a scalar field that occurs twice has its last value, a message that occurs twice is merged, and unknown fields are skipped', () => {
    expect(read(0x22, 2, 1, 2, 0x28, 3)).toMatchObject({ many: [1n, 2n], packed: [3n] });
    expect(read(0x08, 1, 0x08, 2)).toMatchObject({ n: 2 });
    expect(read(0x1a, 2, 0x08, 1, 0x1a, 2, 0x12, 0)).toMatchObject({ inner: { n: 1, s: '' } });
    const unknown = [
      0xa0,
      0x06,
      0x80,
      1,
      0xa1,
      0x06,
      ...new Array<number>(8).fill(1),
      0xa2,
      0x06,
      1,
      7,
      0xa5,
      0x06,
      1,
      2,
      3,
      4,
    ];
    expect(read(...unknown, 0x08, 5)).toEqual({ ...empty, n: 5 });
  });

  test.each([
    ['that end inside a tag', [0x88]],
    ['that end inside a number', [0x35, 0, 0]],
    ['that end inside a string', [0x12, 5, 0x61]],
    ['with a length of 2^40', [0x12, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20]],
    ['with a negative length', [0x12, ...new Array<number>(9).fill(255), 1]],
    ['with an eleven-byte integer', [0x08, ...new Array<number>(11).fill(0x80)]],
    ['with a wire type that does not fit the field', [0x0a, 0]],
    ['with a group', [0xa3, 0x06, 0xa4, 0x06]],
    ['with field 0', [0x00, 0]],
    ['whose nested message ends before the value of its field', [0x1a, 1, 0x08, 5]],
    ['whose list ends inside a number', [0x2a, 1, 0x80, 1]],
  ])('bytes %s are rejected', (_, bytes) => {
    expect(() => read(...bytes)).toThrow(Error);
    expect(errorOf(() => fromOnnx(Uint8Array.from([0x3a, bytes.length, ...bytes])))).toMatchObject({
      code: 'MALFORMED',
    });
  });
});
