/**
 * Limits on JSON, checked before it is parsed. A string of commas becomes arrays and objects of many times its size, and deep
 * nesting overflows the parser's stack, so structural characters are counted first.
 */
import { NnbpError } from '@nnbp/core';

const deepest = 32;

/**
 * Checks that a JSON string has at most 2¹⁸ structural characters (opening brackets, commas and colons outside of strings; each
 * costs about 40 bytes when parsed) plus one per 16 characters, and at most 32 levels of nesting.
 *
 * @param max - Maximum number of structural characters. Default: as above.
 * @throws NnbpError `TOO_LARGE`, `MALFORMED`
 */
export function expectFewMarks(text: string, what: string, max = 2 ** 18 + text.length / 16): void {
  const { marks, depth } = counted(text);
  if (depth > deepest) {
    throw new NnbpError('MALFORMED', `${what}: more than ${deepest} nested arrays or objects.`);
  }
  if (marks > max) {
    throw new NnbpError(
      'TOO_LARGE',
      `${what} has ${marks} brackets, commas and colons: expected at most ${Math.floor(max)}.`,
    );
  }
}

/** Counts structural characters and the depth of nesting. */
function counted(text: string): { marks: number; depth: number } {
  const result = { marks: 0, depth: 0 };
  let depth = 0;
  let inText = false;
  for (let k = 0; k < text.length; k++) {
    const c = text.charCodeAt(k);
    if (inText) {
      if (c === 0x5c) k++;
      else if (c === 0x22) inText = false;
    } else if (c === 0x22) inText = true;
    else if (c === 0x2c || c === 0x3a) result.marks++;
    else if (c === 0x5b || c === 0x7b) {
      result.marks++;
      result.depth = Math.max(result.depth, ++depth);
    } else if (c === 0x5d || c === 0x7d) depth--;
  }
  return result;
}
