/** Names for a select: built-ins, user functions, and the selected one even if it no longer exists. */
export const namesOf = (
  builtin: Readonly<Record<string, unknown>>,
  own: readonly { readonly name: string }[],
  chosen: string,
): string[] => [...new Set([...Object.keys(builtin), ...own.map(({ name }) => name), chosen])];
