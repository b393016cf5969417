/** Names that occur once each: a second "x" becomes "x_2". */
export function uniqueNames(names: readonly string[]): string[] {
  const used = new Set<string>();
  return names.map((wanted) => {
    let name = wanted;
    for (let copy = 2; used.has(name); copy++) name = `${wanted}_${copy}`;
    used.add(name);
    return name;
  });
}
