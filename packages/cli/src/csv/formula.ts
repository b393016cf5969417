/** Text that a spreadsheet would run when it opens a CSV file. */

/** The signs a formula starts with, also in full width, or what a spreadsheet skips before it looks. */
const formula = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]./su;
const number = /^[+-]?(?:\d[\d.,' ]*|[.,]\d+)(?:e[+-]?\d+)?%?$/i;

/** Puts `'` before a string that could be a formula, so that spreadsheets show it unchanged. Numbers stay numbers. */
export const asPlainText = (cell: string): string => (formula.test(cell) && !number.test(cell) ? `'${cell}` : cell);
