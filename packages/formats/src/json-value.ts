/** A value in untrusted JSON, with its path for error messages. Every value is validated before it is used. */
import { mismatch, NnbpError } from '@nnbp/core';

/** Methods that read the value throw `MALFORMED` if it has the wrong type. */
export class JsonValue {
  constructor(
    readonly value: unknown,
    readonly path: string,
  ) {}

  get present(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** @throws NnbpError `MALFORMED`, which names the path, what was expected, and this value */
  throwExpected(expected: string): never {
    // `expected` may contain a name of any length from the file.
    throw mismatch('MALFORMED', this.path, expected.slice(0, 1000), this.value, shown(this.value));
  }

  /** For a valid value that is not supported. @throws NnbpError `UNSUPPORTED` */
  unsupported(reason: string): never {
    throw new NnbpError('UNSUPPORTED', `${this.path}, ${shown(this.value)}: ${reason}`);
  }

  /** Returns the value's own property with this key, never an inherited one. */
  at(key: string): JsonValue {
    const object = this.#object();
    return this.#entry(key, Object.hasOwn(object, key) ? object[key] : undefined);
  }

  entries(): [key: string, entry: JsonValue][] {
    return Object.entries(this.#object()).map(([key, value]) => [key, this.#entry(key, value)]);
  }

  /**
   * Returns a function that reads an entry of this object by its key. Throws if the object has a key that is not in
   * `known`, so that a misspelled key is not ignored.
   */
  object(known: readonly string[]): (key: string) => JsonValue {
    for (const [key, entry] of this.entries()) if (!known.includes(key)) entry.throwExpected('no entry with this name');
    return (key) => this.at(key);
  }

  list(): JsonValue[] {
    if (!Array.isArray(this.value)) this.throwExpected('an array');
    return (this.value as unknown[]).map((value, k) => new JsonValue(value, `${this.path}[${k}]`));
  }

  text(): string {
    return typeof this.value === 'string' ? this.value : this.throwExpected('a string');
  }

  texts(): string[] {
    if (!Array.isArray(this.value) || this.value.some((value) => typeof value !== 'string'))
      this.throwExpected('an array of strings');
    return this.value as string[];
  }

  /** A finite number. Throws for `null`, which JSON.stringify writes for NaN. */
  number(): number {
    return Number.isFinite(this.value) ? (this.value as number) : this.throwExpected('a finite number');
  }

  numbers(): number[] {
    if (!Array.isArray(this.value) || !this.value.every(Number.isFinite))
      this.throwExpected('an array of finite numbers');
    return this.value as number[];
  }

  integer(min: number, max: number): number {
    const value = this.number();
    return Number.isInteger(value) && value >= min && value <= max
      ? value
      : this.throwExpected(`an integer from ${min} to ${max}`);
  }

  flag(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.throwExpected('true or false');
  }

  optional<T>(read: (value: JsonValue) => T): T | undefined {
    return this.value === undefined ? undefined : read(this);
  }

  #object(): Record<string, unknown> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.throwExpected('an object');
    return value as Record<string, unknown>;
  }

  #entry(key: string, value: unknown): JsonValue {
    return new JsonValue(value, `${this.path}.${shortened(key)}`);
  }
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return JSON.stringify(shortened(value));
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? String(value) : 'an object';
}

export const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text);
