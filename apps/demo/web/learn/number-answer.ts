/** Parses numbers that the user types, and compares them with the expected numbers. */

/** Parses a number. Accepts `-` or `−`, `.` or `,`, and full-width characters. Returns NaN for anything else. */
export function parseNumber(typed: string): number {
  const text = typed.normalize('NFKC').replaceAll(/\s/g, '').replace(/[−–]/g, '-').replace(',', '.');
  return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
}

/** Whether an answer is within 1 % of the expected number. */
export const isClose = (answer: number, expected: number): boolean =>
  Math.abs(answer - expected) <= 0.01 * Math.abs(expected) + 1e-12;
