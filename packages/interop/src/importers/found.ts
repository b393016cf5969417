/**
 * A value in untrusted JSON, with its path for error messages. Every value is validated before it is used.
 */
import { mismatch, NnbpError } from '@nnbp/core';
import { parsed } from '@nnbp/formats/shared';

/**
 * Opens JSON, as a string or already parsed.
 *
 * @param what - Name for error messages: "The model of brain.js".
 * @throws NnbpError `MALFORMED`, `TOO_LARGE`
 */
export function opened(json: unknown, what: string): Found {
  return new Found(typeof json === 'string' ? parsed(json, what) : json, what);
}

/** A value in the JSON, and its path. */
export class Found {
  constructor(
    readonly value: unknown,
    readonly path: string,
  ) {}

  /** Whether the value is neither undefined nor null. */
  get present(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** @throws NnbpError `MALFORMED` */
  refuse(expected: string): never {
    throw mismatch('MALFORMED', this.path, expected, this.value, shown(this.value));
  }

  /** @throws NnbpError `UNSUPPORTED` */
  unsupported(reason: string): never {
    throw new NnbpError('UNSUPPORTED', `${this.path}, ${shown(this.value)}: ${reason}`);
  }

  /** The own property of this name, never an inherited one. */
  at(key: string): Found {
    const object = this.#object();
    return new Found(Object.hasOwn(object, key) ? object[key] : undefined, `${this.path}.${shortened(key)}`);
  }

  /** All entries, in the order of the file. */
  entries(): [key: string, entry: Found][] {
    return Object.entries(this.#object()).map(([key, value]) => [
      key,
      new Found(value, `${this.path}.${shortened(key)}`),
    ]);
  }

  list(): Found[] {
    if (!Array.isArray(this.value)) this.refuse('a list');
    return (this.value as unknown[]).map((value, k) => new Found(value, `${this.path}[${k}]`));
  }

  text(): string {
    return typeof this.value === 'string' ? this.value : this.refuse('a string');
  }

  /** A finite number. Networks that diverged have `null` in place of NaN. */
  number(): number {
    const { value } = this;
    return typeof value === 'number' && Number.isFinite(value) ? value : this.refuse('a finite number');
  }

  whole(min: number, max: number): number {
    const value = this.number();
    return Number.isInteger(value) && value >= min && value <= max
      ? value
      : this.refuse(`an integer from ${min} to ${max}`);
  }

  flag(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.refuse('true or false');
  }

  #object(): Record<string, unknown> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.refuse('an object');
    return value as Record<string, unknown>;
  }
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return JSON.stringify(shortened(value));
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? String(value) : 'an object';
}

const shortened = (text: string) => (text.length > 60 ? `${text.slice(0, 57)}…` : text);
