/**
 * Escapes characters in untrusted text that a terminal or a reader would misinterpret: control characters (a name may
 * contain codes that clear the screen, set the window title or write to the clipboard), marks that change the text
 * direction, and line separators.
 */

/** Control characters, bidirectional controls, line separators, byte order marks, and lone surrogates. */
const hidden = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff\p{Cs}]/gu;
const hiddenExceptNewline = /(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff\p{Cs}]/gu;
/** The codes that style the output of this program, such as `ESC[1m` for bold. */
const color = /(\x1b\[\d{1,2}m)/; // oxlint-disable-line no-control-regex

const known: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` };

const hex = (character: string, digits: number) => character.charCodeAt(0).toString(16).padStart(digits, '0');

const escaped = (character: string): string =>
  known[character] ?? (character < '\u0100' ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`);

/** Escapes a name, a cell or a path, including line breaks. */
export const visible = (text: string): string => text.replaceAll(hidden, escaped);

/** Escapes text, but keeps its line breaks. */
export const visibleLines = (text: string): string => text.replaceAll(hiddenExceptNewline, escaped);

/**
 * Escapes text, but keeps the codes with which this program has colored it. Escape names with {@link visible} before you
 * color them, because a name may contain such codes.
 */
export const visibleColored = (text: string, show = visibleLines): string =>
  text
    .split(color)
    .map((part, k) => (k % 2 === 1 ? part : show(part)))
    .join('');

/** Shortens a string to at most `length` characters. */
export const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;

/** Formats JSON that is safe to print to a terminal, with escape sequences such as `\u001b`. */
export const visibleJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, undefined, indent).replaceAll(hiddenExceptNewline, (character) => `\\u${hex(character, 4)}`);
