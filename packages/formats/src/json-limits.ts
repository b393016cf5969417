/**
 * Limits on JSON, checked before it is parsed. Parsed arrays and objects can take many times the memory of the string,
 * and deep nesting overflows the parser's stack.
 */
import { NnbpError } from '@nnbp/core';

const maxDepth = 32;

/**
 * Checks that a JSON string has at most `max` structural characters and at most 32 levels of nesting. Structural
 * characters are opening brackets, commas and colons outside strings; each costs about 40 bytes when parsed.
 *
 * @param max - Default: 2¹⁸, plus one per 16 characters of the string.
 * @throws NnbpError `TOO_LARGE`, `MALFORMED`
 */
export function expectJsonLimits(text: string, what: string, max = 2 ** 18 + text.length / 16): void {
  const { structural, depth } = count(text);
  if (depth > maxDepth) {
    throw new NnbpError(
      'MALFORMED',
      `${what}: expected at most ${maxDepth} levels of nested arrays or objects, received ${depth}.`,
    );
  }
  if (structural > max) {
    throw new NnbpError(
      'TOO_LARGE',
      `${what} has ${structural} opening brackets, commas and colons: expected at most ${Math.floor(max)}.`,
    );
  }
}

function count(text: string): { structural: number; depth: number } {
  const result = { structural: 0, depth: 0 };
  let depth = 0;
  let inString = false;
  for (let k = 0; k < text.length; k++) {
    const c = text.charCodeAt(k);
    if (inString) {
      if (c === 0x5c) k++;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x2c || c === 0x3a) result.structural++;
    else if (c === 0x5b || c === 0x7b) {
      result.structural++;
      result.depth = Math.max(result.depth, ++depth);
    } else if (c === 0x5d || c === 0x7d) depth--;
  }
  return result;
}
