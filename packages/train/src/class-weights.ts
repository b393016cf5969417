/** Sample weights that balance classes. */
import { expectArray, expectFinite, expectLength, mismatch, NnbpError, type Row } from '@nnbp/core';

/**
 * Returns a weight for each sample, so that all classes have the same total weight. The weight of a sample is the number
 * of samples, divided by the number of classes and by the number of samples in its class. The mean of the weights is 1.
 *
 * @param targets - One row per sample: either one number per class (the largest marks the sample's class), or only the
 * class, as a number.
 * @throws NnbpError `EMPTY_DATA`, `WRONG_TYPE`, `WRONG_LENGTH`, `NOT_FINITE` (also thrown for null, which marks an
 * unknown target)
 *
 * @example
 * ```ts
 * import { classWeights } from '@nnbp/train';
 *
 * classWeights([[0], [0], [0], [1]]); // [0.67, 0.67, 0.67, 2.00]
 * ```
 */
export function classWeights(targets: ArrayLike<Row>): number[] {
  expectArray('targets', targets);
  if (targets.length === 0) throw new NnbpError('EMPTY_DATA', 'targets is empty: expected at least one sample.');
  const classes = Array.from(targets, (target, s) => {
    expectArray(`target of sample ${s}`, target);
    if (target.length === 0) throw mismatch('WRONG_LENGTH', `target of sample ${s}`, 'at least one number', 0, 'none');
    expectLength(`target of sample ${s}`, target.length, targets[0].length);
    expectFinite(`target of sample ${s}`, target);
    const row = Array.from(target);
    return row.length === 1 ? row[0] : row.indexOf(Math.max(...row));
  });
  const counts = new Map<number, number>();
  for (const k of classes) counts.set(k, (counts.get(k) ?? 0) + 1);
  return classes.map((k) => classes.length / (counts.size * counts.get(k)!));
}
