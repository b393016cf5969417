/** Escapes cells that a spreadsheet would evaluate as formulas when it opens a CSV file. */

/**
 * Matches a cell that begins with a character that can start a formula (also in its full-width form), or with white
 * space that spreadsheets skip.
 */
const formula = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]./su;
const number = /^[+-]?(?:\d[\d.,' ]*|[.,]\d+)(?:e[+-]?\d+)?%?$/i;

/** Puts `'` before a string that could be a formula, so that spreadsheets show it unchanged. Numbers stay numbers. */
export const asPlainText = (cell: string): string => (formula.test(cell) && !number.test(cell) ? `'${cell}` : cell);
