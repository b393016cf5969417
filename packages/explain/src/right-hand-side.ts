/**
 * The right-hand side of a formula in writing: think of a line of letters with a line of numbers under it. A long sum
 * shows its two ends.
 */
import { ends, type Expression, timesEach, type Write } from './expression.js';
import type { Notation } from './notation.js';

/** How much is shown. */
export interface Extent {
  /** At most so many summands, from 2. */
  readonly most: number;
  /** Numbers are rounded to so many significant digits; 17: all there are. */
  readonly digits: number;
}

/** The formula: each way to write it. */
export function formulas(expression: Expression, notation: Notation, { most }: Extent): string[] {
  const write: Write = ({ letter }) => notation.letter(letter);
  return [...new Set(formsOf(expression).map((form) => form(notation, write, most)))];
}

/** Its last way to write it, with numbers. */
export function numbers(expression: Expression, notation: Notation, { most, digits }: Extent): string {
  return formsOf(expression).at(-1)!(notation, numberWriter(notation, digits), most);
}

/** Numbers, in parentheses where a minus sign would meet another sign. */
export const numberWriter =
  (notation: Notation, digits: number): Write =>
  ({ value }, first = false) => {
    const number = notation.number(value, digits);
    return !first && number.startsWith('-') ? `(${number})` : number;
  };

/** The summands shown, each written by itself; what is left out is one entry. */
export function summands<Written>(
  { count, summand }: Expression,
  most: number,
  written: (factors: ReturnType<Expression['summand']>, first: boolean) => Written,
  dots: (count: number) => Written,
): Written[] {
  return ends(count, most).map((k, at) => (k < 0 ? dots(count - most) : written(summand(k), at === 0)));
}

function formsOf(expression: Expression): NonNullable<Expression['forms']> {
  return expression.forms ?? [(notation, write, most) => sum(expression, notation, write, most)];
}

function sum(expression: Expression, notation: Notation, write: Write, most: number): string {
  const written = summands(
    expression,
    most,
    (factors, first) => timesEach(notation, write, factors, first),
    (count) => notation.dots(count),
  );
  return written.join(' + ') || '0';
}
