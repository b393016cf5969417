/** Parses numbers that the user types, and compares them with the expected numbers. */

/**
 * Parses a number. A minus sign can be typed as `-`, `−` or `–`, and the decimal separator as a point or a comma.
 * Full-width characters are accepted, and spaces are ignored. Returns NaN if the text is not a number.
 */
export function parseNumber(typed: string): number {
  const text = typed.normalize('NFKC').replaceAll(/\s/g, '').replace(/[−–]/g, '-').replace(',', '.');
  return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
}

/** Whether an answer is within 1 % of the expected number. */
export const isClose = (answer: number, expected: number): boolean =>
  Math.abs(answer - expected) <= 0.01 * Math.abs(expected) + 1e-12;
