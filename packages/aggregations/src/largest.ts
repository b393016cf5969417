/** Finds the entry that determines a maximum or minimum. */

/** Returns the index of the first entry with the largest `rank`. */
export function firstLargest(z: ArrayLike<number>, rank: (z: number) => number): number {
  let at = 0;
  for (let e = 1; e < z.length; e++) if (rank(z[e]) > rank(z[at])) at = e;
  return at;
}

/**
 * Returns how far the entries can move before a different entry can have the largest `rank`: half the difference between
 * the two largest ranks.
 */
export function distanceToTie(z: ArrayLike<number>, rank: (z: number) => number): number {
  const at = firstLargest(z, rank);
  let distance = Infinity;
  for (let e = 0; e < z.length; e++) if (e !== at) distance = Math.min(distance, (rank(z[at]) - rank(z[e])) / 2);
  return distance;
}
