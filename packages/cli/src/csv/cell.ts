/** What is written in a cell: a number, nothing, or words. */

const nothing = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', 'nil', '?', '-', '#n/a', 'missing']);
const number = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** Whether the cell says that there is no value. */
export const isMissing = (cell: string): boolean => cell.length < 8 && nothing.has(cell.toLowerCase());

/** The finite number that is written in the cell, or undefined. */
export function numberIn(cell: string, decimal: '.' | ','): number | undefined {
  const written = decimal === ',' ? cell.replace(',', '.') : cell;
  if (!number.test(written)) return undefined;
  const value = Number(written);
  return Number.isFinite(value) ? value : undefined;
}
