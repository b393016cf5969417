/** Writes rows as CSV. */
import type { Decimal } from './number-format.js';

/** Quotes a cell if necessary. */
const quoted = (cell: string, delimiter: string) =>
  cell.includes(delimiter) || /["\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

/** Formats a row as a line of CSV. */
export const csvLine = (cells: readonly string[], delimiter: string): string =>
  `${cells.map((cell) => quoted(cell, delimiter)).join(delimiter)}\n`;

/**
 * Rounds to 7 significant digits, the precision of float32, or to more digits if 7 do not resolve 1e-7 of the scale.
 *
 * @param scale - The magnitude of differences between values, such as their standard deviation. Default: that of the
 * value itself.
 */
export function rounded(value: number, scale = Math.abs(value)): number {
  const ratio = Math.abs(value) / scale;
  const more = ratio > 1 ? Math.ceil(Math.log10(ratio)) : 0;
  return Number(value.toPrecision(Math.min(7 + more, 15)));
}

/** Formats a number as a cell. */
export const numberCell = (value: number, decimal: Decimal): string =>
  decimal === ',' ? String(value).replace('.', ',') : String(value);
