/**
 * Makes characters of untrusted text visible that a terminal or a reader would misread: control
 * characters (a name may hold the codes that clear the screen, set the window's title or write the clipboard), marks that
 * change the direction of writing, and line separators.
 */

/** Control characters, bidirectional controls, line separators, byte order marks, and halves of surrogate pairs. */
const hidden = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff\p{Cs}]/gu;
const hiddenInLines = /(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff\p{Cs}]/gu;
/** `ESC[1m`: the codes with which this program colors its output. */
const color = /(\x1b\[\d{1,2}m)/; // oxlint-disable-line no-control-regex

const known: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` };

const hex = (character: string, digits: number) => character.charCodeAt(0).toString(16).padStart(digits, '0');

const escaped = (character: string): string =>
  known[character] ?? (character < '\u0100' ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`);

/** A name, a cell or a path in one line: `\x1b[2J` instead of a cleared screen, `\n` instead of a line end. */
export const visible = (text: string): string => text.replaceAll(hidden, escaped);

/** The same for text of several lines, whose line ends stay. */
export const visibleLines = (text: string): string => text.replaceAll(hiddenInLines, escaped);

/** The same for text that this program has colored. Names have to be made visible before they are colored. */
export const visibleColored = (text: string, show = visibleLines): string =>
  text
    .split(color)
    .map((part, k) => (k % 2 === 1 ? part : show(part)))
    .join('');

/** Maximum length of names in tables and messages. */
export const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;

/** JSON that any terminal shows as it is: what {@link visible} would change is written as `\u001b`. */
export const visibleJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, undefined, indent).replaceAll(hiddenInLines, (character) => `\\u${hex(character, 4)}`);
