/** What can be chosen by name: the built-in functions, the user's own, and the one that is chosen, even if it is gone. */
export const namesOf = (
  builtin: Readonly<Record<string, unknown>>,
  own: readonly { readonly name: string }[],
  chosen: string,
): string[] => [...new Set([...Object.keys(builtin), ...own.map(({ name }) => name), chosen])];
