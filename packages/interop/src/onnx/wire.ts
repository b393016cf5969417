/**
 * Reads and writes the wire format of Protocol Buffers, for messages described by a table. A field is a number and a
 * type, followed by its value: a varint, 4 or 8 bytes, or a length and that many bytes.
 */
import { NnbpError } from '@nnbp/core';
import type { FileBytes } from '@nnbp/formats';

/** A type that is not a message. */
export type Scalar = 'string' | 'bytes' | 'float' | 'double' | 'int32' | 'int64';
/**
 * The number of a field, its type, and whether it is a list. A `packed` list is written as one run of bytes, and a
 * `many` list as one field per entry. The reader accepts both encodings for either.
 */
export type Field = readonly [number: number, type: string, list?: 'many' | 'packed'];
export type Messages = Readonly<Record<string, Readonly<Record<string, Field>>>>;
type Message = Record<string, unknown>;

const wireTypes = { varint: 0, eight: 1, bytes: 2, four: 5 } as const;
const wireTypeOf = (type: string): number => {
  if (type === 'int32' || type === 'int64') return wireTypes.varint;
  if (type === 'double') return wireTypes.eight;
  return type === 'float' ? wireTypes.four : wireTypes.bytes;
};
const widths: Readonly<Record<number, number | undefined>> = { [wireTypes.eight]: 8, [wireTypes.four]: 4 };

/** Encodes a message. Fields that are undefined are left out. */
export function encode(messages: Messages, name: string, message: object): FileBytes {
  const writer = new Writer(messages);
  writer.message(name, message);
  return writer.written();
}

class Writer {
  readonly #messages: Messages;
  readonly #text = new TextEncoder();
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  constructor(messages: Messages) {
    this.#messages = messages;
  }

  written(): FileBytes {
    return this.#bytes.slice(0, this.#at);
  }

  message(name: string, message: object): void {
    const fields = this.#messages[name];
    for (const [field, [number, type, list]] of Object.entries(fields)) {
      const value = (message as Message)[field];
      if (value === undefined) continue;
      if (list === undefined) this.#field(number, type, value);
      else if (list === 'many') for (const entry of value as readonly unknown[]) this.#field(number, type, entry);
      else if ((value as readonly unknown[]).length > 0) {
        this.#varint(number * 8 + wireTypes.bytes);
        this.#withLength(() => {
          for (const entry of value as readonly unknown[]) this.#scalar(type, entry);
        });
      }
    }
  }

  #field(number: number, type: string, value: unknown): void {
    this.#varint(number * 8 + wireTypeOf(type));
    if (this.#messages[type] === undefined) this.#scalar(type, value);
    else this.#withLength(() => this.message(type, value as object));
  }

  #scalar(type: string, value: unknown): void {
    if (type === 'string') this.#lengthAndBytes(this.#text.encode(value as string));
    else if (type === 'bytes') this.#lengthAndBytes(value as Uint8Array);
    else if (type === 'float') {
      this.#reserve(4);
      this.#view.setFloat32(this.#at, value as number, true);
      this.#at += 4;
    } else if (type === 'double') {
      this.#reserve(8);
      this.#view.setFloat64(this.#at, value as number, true);
      this.#at += 8;
    } else this.#varint(value as number | bigint);
  }

  #lengthAndBytes(bytes: Uint8Array): void {
    this.#varint(bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Runs `write` and inserts the length of its output before the output. */
  #withLength(write: () => void): void {
    const start = this.#at;
    write();
    const end = this.#at;
    this.#varint(end - start);
    const length = this.#bytes.slice(end, this.#at);
    this.#bytes.copyWithin(start + length.length, start, end);
    this.#bytes.set(length, start);
  }

  /** Writes seven bits per byte, the lowest first. The eighth bit is set if another byte follows. */
  #varint(value: number | bigint): void {
    this.#reserve(10);
    let small = value as number;
    if (typeof value === 'bigint' || value < 0 || value >= 2 ** 31) {
      // A negative number is written as 64 bits, even an int32.
      let rest = BigInt.asUintN(64, BigInt(value));
      for (; rest >= 2n ** 31n; rest >>= 7n) this.#bytes[this.#at++] = Number(rest & 127n) | 128;
      small = Number(rest);
    }
    for (; small > 127; small >>= 7) this.#bytes[this.#at++] = (small & 127) | 128;
    this.#bytes[this.#at++] = small;
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#at + count, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/**
 * Decodes a message. The result has every field in the table: a field that the bytes do not contain is '', 0, empty
 * bytes, an empty list or, for a message, undefined. Fields that are not in the table are skipped. Values of type
 * `bytes` are views of the input.
 *
 * @throws Error if the bytes are not a valid message; NnbpError `TOO_LARGE` if the result would need more memory than
 * four times the size of the bytes plus 16 MB (for example, a long list of empty messages)
 */
export function decode(messages: Messages, name: string, bytes: Uint8Array): Message {
  return new Reader(messages, bytes).message(name, bytes.length);
}

/** Estimated memory in bytes of an object, of a field, and of a list or value on the heap. */
const costs = { object: 32, field: 8, heap: 24 } as const;

class Reader {
  readonly #messages: Messages;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #text = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #fields = new Map<string, ReadonlyMap<number, readonly [name: string, field: Field]>>();
  #at = 0;
  #budget: number;

  constructor(messages: Messages, bytes: Uint8Array) {
    this.#messages = messages;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#budget = 4 * bytes.length + 16e6;
  }

  /**
   * Reads a message up to position `end`. A file may split one message over several occurrences of a field. `into` is
   * the message read from the earlier occurrences, if any.
   */
  message(name: string, end: number, into = this.#empty(name)): Message {
    const fields = this.#fieldsOf(name);
    while (this.#at < end) {
      const tag = this.#uint31();
      const found = fields.get(tag >>> 3);
      if (found === undefined) {
        this.#skip(tag);
        continue;
      }
      const [field, [, type, list]] = found;
      if (list !== undefined) this.#list(into[field] as unknown[], type, tag & 7);
      else if (this.#messages[type] === undefined) into[field] = this.#scalar(type, tag & 7);
      else into[field] = this.#nested(type, tag & 7, into[field] as Message | undefined);
    }
    if (this.#at !== end) throw new Error('A value is longer than its message.');
    return into;
  }

  #fieldsOf(name: string): ReadonlyMap<number, readonly [name: string, field: Field]> {
    let fields = this.#fields.get(name);
    if (fields === undefined) {
      fields = new Map(Object.entries(this.#messages[name]).map(([key, field]) => [field[0], [key, field]]));
      this.#fields.set(name, fields);
    }
    return fields;
  }

  #empty(name: string): Message {
    const message: Message = {};
    for (const [field, [, type, list]] of Object.entries(this.#messages[name])) {
      message[field] = list === undefined ? this.#absent(type) : [];
      this.#spend(list === undefined ? costs.field : costs.field + costs.heap);
    }
    this.#spend(costs.object);
    return message;
  }

  #absent(type: string): unknown {
    if (this.#messages[type] !== undefined) return undefined;
    if (type === 'string') return '';
    if (type === 'bytes') return new Uint8Array();
    return type === 'int64' ? 0n : 0;
  }

  #nested(type: string, wireType: number, into?: Message): Message {
    expectType(wireType, wireTypes.bytes);
    const length = this.#available(this.#uint31());
    return this.message(type, this.#at + length, into);
  }

  #list(values: unknown[], type: string, wireType: number): void {
    if (wireType !== wireTypes.bytes || wireTypeOf(type) === wireTypes.bytes) {
      this.#spend(costs.field);
      values.push(this.#messages[type] === undefined ? this.#scalar(type, wireType) : this.#nested(type, wireType));
      return;
    }
    const end = this.#available(this.#uint31()) + this.#at;
    while (this.#at < end) {
      this.#spend(costs.field);
      values.push(this.#scalar(type, wireTypeOf(type)));
    }
    if (this.#at !== end) throw new Error('A number is longer than its list.');
  }

  #scalar(type: string, wireType: number): unknown {
    expectType(wireType, wireTypeOf(type));
    if (type === 'int64') {
      this.#spend(costs.heap);
      return BigInt(this.#varint());
    }
    if (type === 'int32') return Number(BigInt.asIntN(32, BigInt(this.#varint())));
    if (type === 'float') return this.#view.getFloat32(this.#advance(4), true);
    if (type === 'double') return this.#view.getFloat64(this.#advance(8), true);
    const length = this.#uint31();
    const from = this.#advance(length);
    this.#spend(costs.heap + (type === 'string' ? length : 4 * costs.heap));
    const bytes = this.#bytes.subarray(from, from + length);
    return type === 'string' ? this.#text.decode(bytes) : bytes;
  }

  #skip(tag: number): void {
    const wireType = tag & 7;
    if (tag >>> 3 === 0) throw new Error('A field has the number 0.');
    if (wireType === wireTypes.varint) this.#varint();
    else this.#advance(wireType === wireTypes.bytes ? this.#uint31() : (widths[wireType] ?? Infinity));
  }

  /** Reads a varint that must be below 2³¹: a length or a tag. */
  #uint31(): number {
    const value = this.#varint();
    if (typeof value === 'bigint' || value < 0) throw new Error('A length or tag is out of range.');
    return value;
  }

  /** Reads a varint: a number below 2³¹, or a signed 64-bit bigint. */
  #varint(): number | bigint {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#bytes[this.#advance(1)];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
    let long = BigInt(value);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#advance(1)];
      long |= BigInt(byte & 127) << shift;
      if (byte < 128) return long < 2n ** 31n ? Number(long) : BigInt.asIntN(64, long);
    }
    throw new Error('An integer has more than ten bytes.');
  }

  /** Moves past the next `count` bytes. Returns the position of the first of them. */
  #advance(count: number): number {
    const from = this.#at;
    this.#at += this.#available(count);
    return from;
  }

  /** Throws unless `count` more bytes can be read. Returns `count`. */
  #available(count: number): number {
    if (count > this.#bytes.length - this.#at) throw new Error('The bytes end inside a value.');
    return count;
  }

  #spend(bytes: number): void {
    this.#budget -= bytes;
    if (this.#budget < 0) {
      throw new NnbpError(
        'TOO_LARGE',
        `The file has ${this.#bytes.length} bytes, but its lists would need more than four times as much memory plus 16 MB.`,
      );
    }
  }
}

function expectType(received: number, expected: number): void {
  if (received !== expected) throw new Error(`Wire type: expected ${expected}, received ${received}.`);
}
