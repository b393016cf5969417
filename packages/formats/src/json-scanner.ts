/** Validates and scans JSON without building objects. Allocates nothing per entry. */
import { mismatch } from '@nnbp/core';

const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/;
const escape = /^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/;
const literals = ['true', 'false', 'null'];
/** Numbers with this many characters or more are rejected. */
const numberLengthLimit = 100;
const maxDepth = 32;
const quote = 0x22;
const backslash = 0x5c;

/**
 * A position in a JSON document. Methods that scan a value start at the position, and move it past the value and the
 * whitespace that follows.
 */
export class JsonScanner {
  /** Index of the current character. */
  at = 0;

  constructor(
    readonly text: string,
    /** What the text is, for error messages. */
    readonly what: string,
  ) {
    this.#space();
  }

  /** @throws NnbpError `MALFORMED`, which names the position, what was expected, and the text at the position */
  throwExpected(expected: string): never {
    const received = this.text.slice(this.at, this.at + 20);
    throw mismatch(
      'MALFORMED',
      `${this.what}, character ${this.at}`,
      expected,
      received,
      received === '' ? 'the end' : JSON.stringify(received),
    );
  }

  /** Like {@link throwExpected}, at an earlier position. */
  throwExpectedAt(position: number, expected: string): never {
    this.at = position;
    return this.throwExpected(expected);
  }

  /** Calls `each` at every entry of an array. Returns the number of entries. */
  list(each: () => void): number {
    this.#take('[', 'an array');
    let count = 0;
    for (; !this.#ends(']', count); count++) each();
    return count;
  }

  /** Calls `each` at every value of an object. Each key must be one of `keys` and occur only once. */
  object(keys: readonly string[], each: (key: string) => void): void {
    const seen = new Set<string>();
    this.#entries((key) => {
      if (!keys.includes(key)) this.throwExpected(`one of the entries ${keys.join(', ')}, not "${key.slice(0, 60)}"`);
      if (seen.has(key)) this.throwExpected(`no second entry "${key}"`);
      seen.add(key);
      each(key);
    });
  }

  /** Scans a string. Returns the index of its opening quote, for {@link textAt}. */
  string(): number {
    const { text, at: from } = this;
    if (text.charCodeAt(from) !== quote) this.throwExpected('a string');
    let at = from + 1;
    for (let c = text.charCodeAt(at); c !== quote; c = text.charCodeAt(++at)) {
      this.at = at;
      // c is NaN at the end of the text.
      if (!(c >= 0x20)) this.throwExpected('the rest of a string');
      if (c !== backslash) continue;
      const sequence = escape.exec(text.slice(at + 1, at + 6)) ?? this.throwExpected('a JSON escape sequence');
      at += sequence[0].length;
    }
    this.at = at;
    this.#step(1);
    return from;
  }

  number(): number {
    const [digits] =
      number.exec(this.text.slice(this.at, this.at + numberLengthLimit)) ?? this.throwExpected('a number');
    const value = Number(digits);
    if (digits.length === numberLengthLimit || !Number.isFinite(value))
      this.throwExpected(`a finite number of fewer than ${numberLengthLimit} characters`);
    this.#step(digits.length);
    return value;
  }

  begins(character: string): boolean {
    return this.text[this.at] === character;
  }

  literal(word: 'true' | 'null'): void {
    if (!this.text.startsWith(word, this.at)) this.throwExpected(word);
    this.#step(4);
  }

  /** Scans any value. Returns its text or, for a nested value (`depth` > 0), an empty string. */
  skip(depth = 0): string {
    const from = this.at;
    if (depth > maxDepth) this.throwExpected(`at most ${maxDepth} nested arrays or objects`);
    const c = this.text[this.at];
    if (c === '"') this.string();
    else if (c === '[') this.list(() => this.skip(depth + 1));
    else if (c === '{') this.#entries(() => this.skip(depth + 1));
    else {
      const literal = literals.find((word) => this.text.startsWith(word, this.at));
      if (literal === undefined) this.number();
      else this.#step(literal.length);
    }
    return depth === 0 ? this.text.slice(from, this.at) : '';
  }

  /** Scans a string, number or literal. Returns its value. */
  scalar(): unknown {
    if ('[{'.includes(this.text[this.at])) this.throwExpected('a string, number, true, false or null');
    return JSON.parse(this.skip());
  }

  /** Throws unless the position is at the end of the text. */
  end(): void {
    if (this.at < this.text.length) this.throwExpected('the end');
  }

  #entries(each: (key: string) => void): void {
    this.#take('{', 'an object');
    for (let k = 0; !this.#ends('}', k); k++) {
      const key = textAt(this.text, this.string());
      this.#take(':', 'a colon');
      each(key);
    }
  }

  /** Consumes the end of an array or object, or the comma before its next entry. Returns whether it was the end. */
  #ends(bracket: string, k: number): boolean {
    if (this.text[this.at] === bracket) {
      this.#step(1);
      return true;
    }
    if (k > 0) this.#take(',', `a comma or ${bracket}`);
    return false;
  }

  #take(character: string, expected: string): void {
    if (this.text[this.at] !== character) this.throwExpected(expected);
    this.#step(1);
  }

  #step(characters: number): void {
    this.at += characters;
    this.#space();
  }

  #space(): void {
    for (
      let c = this.text.charCodeAt(this.at);
      c === 0x20 || (c >= 0x09 && c <= 0x0d);
      c = this.text.charCodeAt(++this.at)
    ) {
      if (c === 0x0b || c === 0x0c) this.throwExpected('a space, tab or line break');
    }
  }
}

/** Returns the string that {@link JsonScanner.string} scanned at this index. */
export function textAt(json: string, from: number): string {
  let to = from + 1;
  let plain = true;
  for (let c = json.charCodeAt(to); c !== quote; c = json.charCodeAt(++to)) {
    if (c !== backslash) continue;
    plain = false;
    to++;
  }
  return plain ? json.slice(from + 1, to) : (JSON.parse(json.slice(from, to + 1)) as string);
}
