/**
 * What JSON may cost before it is read: a text that is all brackets becomes objects of many times its size, and one that is
 * nested too deep ends the parser.
 */

const deepest = 32;

/**
 * Nothing, if the text has at most one list or object for each 6 characters, 32 inside each other.
 *
 * @throws what `malformed` makes of the reason
 */
export function expectSparse(text: string, malformed: (what: string) => Error): void {
  let brackets = 0;
  let depth = 0;
  let inString = false;
  for (let k = 0; k < text.length; k++) {
    const c = text.charCodeAt(k);
    if (inString) {
      if (c === 0x5c) k++;
      else if (c === 0x22) inString = false;
    } else if (c === 0x22) inString = true;
    else if (c === 0x5b || c === 0x7b) {
      brackets++;
      if (++depth > deepest) throw malformed(`more than ${deepest} lists or objects stand inside each other`);
    } else if (c === 0x5d || c === 0x7d) depth--;
  }
  if (brackets > 64 + text.length / 6) throw malformed('it is hardly more than brackets');
}
