/** Names that occur once each: a second "x" becomes "x_2". Takes time proportional to the number of names. */
export function uniqueNames(names: readonly string[]): string[] {
  const used = new Set<string>();
  /** For each name, the number its next copy may have. */
  const copies = new Map<string, number>();
  return names.map((wanted) => {
    let name = wanted;
    if (used.has(wanted)) {
      let copy = copies.get(wanted) ?? 2;
      for (name = `${wanted}_${copy}`; used.has(name); name = `${wanted}_${copy}`) copy++;
      copies.set(wanted, copy + 1);
    }
    used.add(name);
    return name;
  });
}
