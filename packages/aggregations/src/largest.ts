/** The index of the entry that decides a maximum. */

/** The index of the first of the largest entries, as `rank` compares them. */
export function firstLargest(z: ArrayLike<number>, rank: (z: number) => number): number {
  let at = 0;
  for (let e = 1; e < z.length; e++) if (rank(z[e]) > rank(z[at])) at = e;
  return at;
}

/** How far entries can move before another is the largest: two that move towards each other meet halfway. */
export function distanceToTie(z: ArrayLike<number>, rank: (z: number) => number): number {
  const at = firstLargest(z, rank);
  let distance = Infinity;
  for (let e = 0; e < z.length; e++) if (e !== at) distance = Math.min(distance, (rank(z[at]) - rank(z[e])) / 2);
  return distance;
}
