/**
 * Finds the keys of a JSON object without parsing it. Makes one pass over the bytes and keeps only the keys of the
 * outermost object and of the objects in it. Takes time proportional to the length of the file, which may be untrusted.
 */

const codeOf = (character: string) => character.charCodeAt(0);
const [quote, backslash, comma, colon] = [codeOf('"'), codeOf('\\'), codeOf(','), codeOf(':')];
const [openBrace, closeBrace, openBracket, closeBracket] = [codeOf('{'), codeOf('}'), codeOf('['), codeOf(']')];
const [maxKeys, maxKeyLength] = [4096, 64];

const isSpace = (byte: number) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/** The keys of a JSON object and of the objects in it. */
export class JsonKeys {
  /** The keys of the outermost object. */
  readonly topLevel = new Set<string>();
  readonly #nested = new Set<string>();

  /** Whether the object under the key `outer` has a key `inner`. */
  has(outer: string, inner: string): boolean {
    return this.#nested.has(JSON.stringify([outer, inner]));
  }

  /** @returns Whether more keys can be added. */
  add(outer: string, inner?: string): boolean {
    if (inner === undefined) this.topLevel.add(outer);
    else this.#nested.add(JSON.stringify([outer, inner]));
    return this.topLevel.size + this.#nested.size < maxKeys;
  }
}

/**
 * Finds the keys at the first two levels, at most 4,096 keys of at most 64 bytes each. If the bytes do not start with an
 * object, finds none. Does not check that the bytes are valid JSON.
 */
export function jsonKeys(bytes: Uint8Array): JsonKeys {
  const keys = new JsonKeys();
  const decoder = new TextDecoder();
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (isSpace(bytes[at])) at++;
  if (bytes[at] !== openBrace) return keys;
  let depth = 0;
  let outer = '';
  /** Whether the current value at the second level is an object, not an array. Arrays have no keys. */
  let nested = false;
  /** Whether a string would be a key here: after the opening brace or a comma of an object at the first two levels. */
  let keyExpected = false;
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) {
      const from = at + 1;
      for (at = from; at < bytes.length && bytes[at] !== quote; at++) if (bytes[at] === backslash) at++;
      if (keyExpected && at - from <= maxKeyLength) {
        const key = decoder.decode(bytes.subarray(from, at));
        if (depth === 1) outer = key;
        if (!(depth === 1 ? keys.add(key) : keys.add(outer, key))) return keys;
      } else if (keyExpected && depth === 1) outer = '';
      keyExpected = false;
    } else if (byte === openBrace || byte === openBracket) {
      depth++;
      if (depth === 2) nested = byte === openBrace;
      keyExpected = depth === 1 || (depth === 2 && nested);
    } else if (byte === closeBrace || byte === closeBracket) {
      depth--;
      keyExpected = false;
      if (depth === 0) return keys;
    } else if (byte === comma) keyExpected = depth === 1 || (depth === 2 && nested);
    else if (byte === colon) keyExpected = false;
  }
  return keys;
}
