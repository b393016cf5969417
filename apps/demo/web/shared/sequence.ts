/** Splits a flat list of numbers into the steps of a sequence. */
import type { PlaygroundState } from '../state.js';

/** Splits a list into rows of `width` numbers. */
export const rowsOf = (numbers: readonly number[], width: number): number[][] =>
  Array.from({ length: numbers.length / width }, (_, t) => numbers.slice(t * width, (t + 1) * width));

/** The targets of each step; null for a step without a target. */
export const targetRows = (
  numbers: readonly number[],
  width: number,
  { targets }: PlaygroundState['derive']['time'],
): (number[] | null)[] =>
  rowsOf(numbers, width).map((row, t, all) => (targets === 'each' || t === all.length - 1 ? row : null));
