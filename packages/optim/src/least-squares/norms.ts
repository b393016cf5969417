/** Euclidean norms. */

/** Returns ‖v‖. */
export function norm(v: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < v.length; k++) sum += v[k] * v[k];
  return Math.sqrt(sum);
}

/** Returns ‖D·v‖, where D is the diagonal matrix with the diagonal `scale`. */
export function scaledNorm(scale: ArrayLike<number>, v: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < v.length; k++) sum += (scale[k] * v[k]) ** 2;
  return Math.sqrt(sum);
}
