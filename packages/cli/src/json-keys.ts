/**
 * Finds the keys of a JSON object without parsing it: one pass over the bytes, which keeps nothing but the keys of the
 * outermost object. What a stranger's file costs here is its length.
 */

const codeOf = (character: string) => character.charCodeAt(0);
const [quote, backslash, comma, colon] = [codeOf('"'), codeOf('\\'), codeOf(','), codeOf(':')];
const [openBrace, closeBrace, openBracket, closeBracket] = [codeOf('{'), codeOf('}'), codeOf('['), codeOf(']')];
/** No format has more keys, or longer ones. */
const [maxKeys, maxKeyLength] = [64, 64];

const isSpace = (byte: number) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/**
 * The keys of the outermost object, at most 64 of at most 64 bytes; empty if the bytes do not start with an object. The
 * rest need not be valid JSON: whoever reads the file checks that.
 */
export function topLevelKeys(bytes: Uint8Array): ReadonlySet<string> {
  const keys = new Set<string>();
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (isSpace(bytes[at])) at++;
  if (bytes[at] !== openBrace) return keys;
  let depth = 0;
  /** A key can only stand after the brace and after each comma of the outermost object. */
  let keyExpected = false;
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) {
      const from = at + 1;
      for (at = from; at < bytes.length && bytes[at] !== quote; at++) if (bytes[at] === backslash) at++;
      if (depth === 1 && keyExpected && at - from <= maxKeyLength) {
        keys.add(new TextDecoder().decode(bytes.subarray(from, at)));
        if (keys.size === maxKeys) return keys;
      }
      keyExpected = false;
    } else if (byte === openBrace || byte === openBracket) keyExpected = ++depth === 1;
    else if (byte === closeBrace || byte === closeBracket) {
      if (--depth === 0) return keys;
    } else if (byte === comma) keyExpected = depth === 1;
    else if (byte === colon) keyExpected = false;
  }
  return keys;
}
