/** Commands that this program suggests are pasted into a shell: a file may be named `$(reboot).csv`. */

/** The text as one word of a POSIX shell. */
export const shellWord = (text: string): string =>
  /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
