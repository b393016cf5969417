/** The rows of a sequence from a flat list of numbers. */
import type { PlaygroundState } from '../state.js';

/** Rows of this width, one row after another. */
export const rowsOf = (numbers: readonly number[], width: number): number[][] =>
  Array.from({ length: numbers.length / width }, (_, t) => numbers.slice(t * width, (t + 1) * width));

/** The targets of each step: of the last one only, or of all. */
export const targetRows = (
  numbers: readonly number[],
  width: number,
  { targets }: PlaygroundState['derive']['time'],
): (number[] | null)[] =>
  rowsOf(numbers, width).map((row, t, all) => (targets === 'each' || t === all.length - 1 ? row : null));
