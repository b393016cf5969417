/** Bounds the memory that a message of protocol buffers takes once decoded: empty messages take ninety times their bytes. */
import { NnbpError } from '@nnbp/core';

/** For each message its fields by name: number, type or message, and whether it is a list. */
export type Messages = Readonly<Record<string, Readonly<Record<string, readonly [number, string, 'many'?]>>>>;

/** Estimates, in bytes, of an object, a field or an entry of a list, and a list, string or bigint. */
const costs = { object: 32, field: 8, heap: 24 } as const;
const wireTypes = { varint: 0, eight: 1, bytes: 2, four: 5 } as const;

/**
 * Reads the lengths in a message, without its values.
 *
 * @throws Error if the bytes are no such message; NnbpError `TOO_LARGE` if it would take more than four times the bytes and
 * 16 MB
 */
export function expectDecodedSize(messages: Messages, name: string, bytes: Uint8Array): void {
  let at = 0;
  let budget = 4 * bytes.length + 16e6;
  const spend = (cost: number) => {
    budget -= cost;
    if (budget >= 0) return;
    throw new NnbpError(
      'TOO_LARGE',
      `The file has ${bytes.length} bytes, and its lists would need more than four times as much memory and 16 MB.`,
    );
  };
  const advance = (count: number) => {
    if (count > bytes.length - at) throw new Error('The bytes end inside a value.');
    at += count;
  };
  /** A tag or a length; of a longer integer only where it ends matters. */
  const varint = (): number => {
    let value = 0;
    for (let k = 0; k < 10; k++) {
      advance(1);
      const byte = bytes[at - 1];
      value += (byte & 127) * 2 ** (7 * k);
      if (byte < 128) return value;
    }
    throw new Error('An integer has more than ten bytes.');
  };
  const fieldsOf = new Map(
    Object.entries(messages).map(([message, fields]) => {
      const lists = Object.values(fields).filter(([, , many]) => many !== undefined).length;
      const cost = costs.object + costs.field * Object.keys(fields).length + costs.heap * lists;
      return [message, { cost, types: new Map(Object.values(fields).map(([number, ...type]) => [number, type])) }];
    }),
  );
  const scan = (message: string, end: number) => {
    const { cost, types } = fieldsOf.get(message)!;
    spend(cost);
    while (at < end) {
      const tag = varint();
      const wireType = tag % 8;
      const [type, many] = types.get(Math.floor(tag / 8)) ?? [];
      if (type !== undefined) expectWireType(type, many !== undefined, wireType);
      if (wireType === wireTypes.varint) {
        varint();
        if (type !== undefined) spend(costs.field + costs.heap);
      } else if (wireType === wireTypes.eight || wireType === wireTypes.four) {
        advance(wireType === wireTypes.eight ? 8 : 4);
        if (type !== undefined) spend(costs.field);
      } else if (wireType === wireTypes.bytes) {
        const length = varint();
        const start = at;
        advance(length);
        if (type === undefined) continue;
        spend(costs.field);
        if (fieldsOf.has(type)) {
          at = start;
          scan(type, start + length);
        } else if (type === 'int32' || type === 'int64') {
          // A packed list: each integer ends with a byte below 128.
          for (let k = start; k < start + length; k++) if (bytes[k] < 128) spend(costs.field + costs.heap);
        } else if (type === 'float') spend(2 * length);
        else spend(type === 'double' ? length : costs.heap + (type === 'string' ? length : 3 * costs.heap));
      } else throw new Error(`Wire type ${wireType} is not one of ONNX.`);
    }
    if (at !== end) throw new Error('A value is longer than its message.');
  };
  scan(name, bytes.length);
}

/** Otherwise a decoder that goes by the field's type would read on from another place than this does. */
function expectWireType(type: string, many: boolean, received: number): void {
  const integer = type === 'int32' || type === 'int64';
  const number = type === 'float' ? wireTypes.four : type === 'double' ? wireTypes.eight : undefined;
  const expected = integer ? wireTypes.varint : (number ?? wireTypes.bytes);
  const packed = many && received === wireTypes.bytes && (integer || number !== undefined);
  if (received !== expected && !packed) throw new Error(`Wire type ${received}: expected ${expected}.`);
}
