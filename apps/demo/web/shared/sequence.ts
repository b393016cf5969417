/** Splits a flat list of numbers into the steps of a sequence. */
import type { PlaygroundState } from '../state.js';

/** Splits a list into rows of `width` numbers. */
export const rowsOf = (numbers: readonly number[], width: number): number[][] =>
  Array.from({ length: numbers.length / width }, (_, t) => numbers.slice(t * width, (t + 1) * width));

type TargetSteps = PlaygroundState['derive']['time']['targets'];

/** Returns the targets of each step; null for a step without a target. */
export const targetRows = (
  numbers: readonly number[],
  width: number,
  { targets }: Readonly<{ targets: TargetSteps }>,
): (number[] | null)[] => {
  const rows = rowsOf(numbers, width);
  const first = { last: rows.length - 1, rest: Math.min(1, rows.length - 1), each: 0 }[targets];
  return rows.map((row, t) => (t < first ? null : row));
};

/**
 * Returns the setting that specifies which steps of a sequence have a target: `each` if every step has one;
 * `rest` if there are at least three steps and only the first has no target; otherwise `last`.
 */
export const targetStepsOf = (targets: readonly (readonly number[] | null)[]): TargetSteps => {
  const missing = targets.filter((row) => row === null).length;
  return missing === 0 ? 'each' : missing === 1 && targets[0] === null && targets.length > 2 ? 'rest' : 'last';
};
