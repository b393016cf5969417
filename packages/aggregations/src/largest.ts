/** Finds the entry that determines a maximum. */

/** Returns the index of the entry with the largest `rank`, or of the first one if several are equal. */
export function firstLargest(z: ArrayLike<number>, rank: (z: number) => number): number {
  let at = 0;
  for (let e = 1; e < z.length; e++) if (rank(z[e]) > rank(z[at])) at = e;
  return at;
}

/**
 * Returns how far entries can move before another entry can become the largest: half the difference between the two
 * largest ranks.
 */
export function distanceToTie(z: ArrayLike<number>, rank: (z: number) => number): number {
  const at = firstLargest(z, rank);
  let distance = Infinity;
  for (let e = 0; e < z.length; e++) if (e !== at) distance = Math.min(distance, (rank(z[at]) - rank(z[e])) / 2);
  return distance;
}
