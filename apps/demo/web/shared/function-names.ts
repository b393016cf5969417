/** Names of functions for a `<select>`: built-in, custom, and the selected function even if it no longer exists. */
export const namesOf = (
  builtin: Readonly<Record<string, unknown>>,
  custom: readonly { readonly name: string }[],
  chosen: string,
): string[] => [...new Set([...Object.keys(builtin), ...custom.map(({ name }) => name), chosen])];
