/** Weights that give every class the same influence, however rare it is. */
import { NnbpError, type Row } from '@nnbp/core';

/**
 * A weight for each sample: samples / (classes · samples of its class). The mean over the samples is 1.
 *
 * @param targets - A row per sample with one output per class, the largest being the sample's class; or with one output,
 * whose values are the classes.
 * @throws NnbpError `EMPTY_DATA`
 *
 * @example
 * ```ts
 * import { classWeights } from '@nnbp/train';
 *
 * classWeights([[0], [0], [0], [1]]); // [0.67, 0.67, 0.67, 2.00]
 * ```
 */
export function classWeights(targets: ArrayLike<Row>): number[] {
  if (targets.length === 0) throw new NnbpError('EMPTY_DATA', 'targets is empty.');
  const classes = Array.from(targets, (target) => {
    const row = Array.from(target);
    return row.length === 1 ? row[0] : row.indexOf(Math.max(...row));
  });
  const counts = new Map<number, number>();
  for (const k of classes) counts.set(k, (counts.get(k) ?? 0) + 1);
  return classes.map((k) => classes.length / (counts.size * counts.get(k)!));
}
