/** Strings and numbers as source text: a name from a file never becomes code. */

/**
 * Characters to escape: control characters; bidirectional controls, which make source read differently from how it
 * runs; line separators, which end a comment; byte order marks; and the `<` of `</script>` and `<!--`, which end or
 * change a script inside a page.
 */
const unsafe = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]|<(?=[/!])/gu;

/** The value as JSON on one line, which JavaScript, TypeScript and Python read as the same value. */
export const oneLine = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    unsafe,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A number as source text. Parsing the text returns exactly the same number. */
export const exact = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));
