/** Text of strangers inside a program: quoted, and on one line, so that it stays what it is. */

/** As JSON. The two line ends that JSON leaves as they are would end a comment. */
export const oneLine = (value: unknown): string =>
  JSON.stringify(value)
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`);

/** A number that reads back to the same bits. */
export const exact = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));
