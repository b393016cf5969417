import { maxSampleValues } from '../state.js';

/**
 * Adapts the inputs or targets of a sample, or of each step of a sequence, to an edited graph. A renamed node keeps its
 * value; an added node gets `fill`.
 */
export function carriedOver(
  values: readonly number[],
  before: readonly string[],
  after: readonly string[],
  fill: number,
): number[] {
  const isSameCount = before.length === after.length;
  const steps = Math.max(1, Math.ceil(values.length / Math.max(1, before.length)));
  const valuesAt = (first: number) =>
    after.map((id, k) => {
      const index = before.indexOf(id);
      const isRenamed = isSameCount && index < 0 && !after.includes(before[k]);
      const column = isRenamed ? k : index;
      return (column < 0 ? undefined : values[first + column]) ?? fill;
    });
  return Array.from({ length: steps }, (_, t) => valuesAt(t * before.length))
    .flat()
    .slice(0, maxSampleValues);
}
