/**
 * Quotes words in the commands that this program suggests. Users paste them into a shell, where a file name such as
 * `$(reboot).csv` would be executed.
 */

/** Quotes the text as one word of a POSIX shell, if necessary. */
export const shellWord = (text: string): string =>
  /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
