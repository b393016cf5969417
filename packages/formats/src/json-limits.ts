/**
 * What JSON may cost before it is read. A text of nothing but commas becomes lists and objects of many times its size, and
 * one that is nested too deep ends the parser; so its marks are counted while it is still only a text.
 */
import { NnbpError } from '@nnbp/core';

const deepest = 32;

/**
 * Nothing, if there are at most 2¹⁸ marks (brackets that open, commas and colons outside of texts; each costs some 40 bytes
 * once it is read) and one more for each 16 characters, and lists and objects at most 32 inside each other.
 *
 * @param most - Fewer or more marks, where another number suits.
 * @throws NnbpError `TOO_LARGE`, `MALFORMED`
 */
export function expectFewMarks(text: string, what: string, most = 2 ** 18 + text.length / 16): void {
  const { marks, depth } = counted(text);
  if (depth > deepest) {
    throw new NnbpError('MALFORMED', `${what}: more than ${deepest} lists or objects stand inside each other.`);
  }
  if (marks > most) {
    throw new NnbpError(
      'TOO_LARGE',
      `${what} has ${marks} brackets, commas and colons: more than is read of such a text.`,
    );
  }
}

/** Counts marks, and how deep lists and objects stand inside each other. */
function counted(text: string): { marks: number; depth: number } {
  const found = { marks: 0, depth: 0 };
  let depth = 0;
  let inText = false;
  for (let k = 0; k < text.length; k++) {
    const c = text.charCodeAt(k);
    if (inText) {
      if (c === 0x5c) k++;
      else if (c === 0x22) inText = false;
    } else if (c === 0x22) inText = true;
    else if (c === 0x2c || c === 0x3a) found.marks++;
    else if (c === 0x5b || c === 0x7b) {
      found.marks++;
      found.depth = Math.max(found.depth, ++depth);
    } else if (c === 0x5d || c === 0x7d) depth--;
  }
  return found;
}
