/**
 * Quotes words for the commands that this program suggests. Users paste them into a shell, and a file may be named
 * `$(reboot).csv`.
 */

/** Quotes the text as one word of a POSIX shell, if necessary. */
export const shellWord = (text: string): string =>
  /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
