/** Makes names unique: a second "x" becomes "x_2". Takes time proportional to the number of names. */
export function uniqueNames(names: readonly string[]): string[] {
  const used = new Set<string>();
  /** For each name, the number to append to its next copy. */
  const copies = new Map<string, number>();
  return names.map((requested) => {
    let name = requested;
    if (used.has(requested)) {
      let copy = copies.get(requested) ?? 2;
      for (name = `${requested}_${copy}`; used.has(name); name = `${requested}_${copy}`) copy++;
      copies.set(requested, copy + 1);
    }
    used.add(name);
    return name;
  });
}
