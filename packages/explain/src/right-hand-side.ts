/**
 * Writes the right-hand side of a formula with symbols and with numbers. A long sum is abbreviated to its first terms
 * and the last.
 */
import { shownIndices, type Expression, timesEach, type Write } from './expression.js';
import type { Notation } from './notation.js';

/** Extent of a written formula. */
export interface Extent {
  /** Maximum number of terms, ≥ 2. */
  readonly maxTerms: number;
  /** Significant digits; 17 digits are exact. */
  readonly digits: number;
}

/** Writes the formula in symbols, in each of its forms. */
export function formulas(expression: Expression, notation: Notation, { maxTerms }: Extent): string[] {
  const write: Write = ({ symbol }) => notation.symbol(symbol);
  return [...new Set(formsOf(expression).map((form) => form(notation, write, maxTerms)))];
}

/** Writes the last form of the formula with numbers. */
export function numbers(expression: Expression, notation: Notation, { maxTerms, digits }: Extent): string {
  return formsOf(expression).at(-1)!(notation, numberWriter(notation, digits), maxTerms);
}

/** Writes numbers. A negative number after an operator is in parentheses. */
export const numberWriter =
  (notation: Notation, digits: number): Write =>
  ({ value }, first = false) => {
    const number = notation.number(value, digits);
    return !first && number.startsWith('-') ? `(${number})` : number;
  };

/** Returns one entry for each term that is shown, and a single entry, from `dots`, for all omitted terms. */
export function summands<Written>(
  { count, summand }: Expression,
  maxTerms: number,
  writeTerm: (factors: ReturnType<Expression['summand']>, first: boolean) => Written,
  dots: (count: number) => Written,
): Written[] {
  return shownIndices(count, maxTerms).map((k, at) =>
    k < 0 ? dots(count - maxTerms) : writeTerm(summand(k), at === 0),
  );
}

function formsOf(expression: Expression): NonNullable<Expression['forms']> {
  return expression.forms ?? [(notation, write, maxTerms) => sum(expression, notation, write, maxTerms)];
}

function sum(expression: Expression, notation: Notation, write: Write, maxTerms: number): string {
  const written = summands(
    expression,
    maxTerms,
    (factors, first) => timesEach(notation, write, factors, first),
    (count) => notation.dots(count),
  );
  return written.join(' + ') || '0';
}
