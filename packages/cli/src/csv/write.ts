/** Writes rows as CSV. */
import type { Dialect } from './dialect.js';
import type { Decimal } from './number-format.js';

type Format = Pick<Dialect, 'delimiter' | 'quote'>;

/** Quotes a cell if necessary. If quotes have no special meaning, only a cell that would otherwise be divided is quoted. */
function quoted(cell: string, { delimiter, quote }: Format): string {
  const isDivided = cell.includes(delimiter) || /[\r\n]/.test(cell);
  return isDivided || (quote !== null && /"|^\s|\s$/.test(cell)) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** Formats a row as a line of CSV. */
export function csvLine(cells: readonly string[], format: Format): string {
  const { delimiter } = format;
  // Quotes an empty cell that would be lost: readers skip an empty line, and read several spaces as one delimiter.
  const empty = cells.length === 1 || delimiter === ' ' ? '""' : '';
  return `${cells.map((cell) => (cell === '' ? empty : quoted(cell, format))).join(delimiter)}\n`;
}

/**
 * Rounds to 7 significant digits, the precision of float32. If the value is larger than `scale`, keeps more digits (at
 * most 15), so that differences of about 1e-7 · `scale` remain visible.
 *
 * @param scale - The typical difference between values, such as their standard deviation. Default: |value|.
 */
export function rounded(value: number, scale = Math.abs(value)): number {
  const ratio = Math.abs(value) / scale;
  const more = ratio > 1 ? Math.ceil(Math.log10(ratio)) : 0;
  return Number(value.toPrecision(Math.min(7 + more, 15)));
}

/** Formats a number as a cell. */
export const numberCell = (value: number, decimal: Decimal): string =>
  decimal === ',' ? String(value).replace('.', ',') : String(value);
