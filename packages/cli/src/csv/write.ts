/** Writes rows as CSV. */
import type { Decimal } from './number-format.js';

/** Quotes a cell if necessary. */
const quoted = (cell: string, delimiter: string) =>
  cell.includes(delimiter) || /["\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

/** Formats a row as a line of CSV. */
export const csvLine = (cells: readonly string[], delimiter: string): string =>
  `${cells.map((cell) => quoted(cell, delimiter)).join(delimiter)}\n`;

/** Rounds to 7 significant digits, the precision of float32. */
export const rounded = (value: number): number => Number(value.toPrecision(7));

/** Formats a number as a cell. */
export const numberCell = (value: number, decimal: Decimal): string =>
  decimal === ',' ? String(value).replace('.', ',') : String(value);
