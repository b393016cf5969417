/** Finds the column names: the first row, unless it is data. */
import { isNumber } from './number-format.js';
import { uniqueNames } from '../unique.js';

type Row = readonly string[];

export interface HeaderOptions {
  /** Names that the file declares outside its first row (ARFF). Default: none. */
  readonly declared?: Row | undefined;
  /** Whether the first row contains the names. Default: detected. */
  readonly header?: boolean | undefined;
}

export interface Header {
  /** The column names, without duplicates. */
  readonly names: readonly string[];
  /** Whether the names come from the file. */
  readonly named: boolean;
  /** Whether the first row contains the names and is not data. */
  readonly hasHeaderRow: boolean;
  /**
   * The first name that is a number and belongs to a column of numbers, which suggests that the first row is data.
   * Undefined if there is none.
   */
  readonly numericName: string | undefined;
}

/** @param rows - The first rows of the file, at least one unless names are declared. */
export function headerOf(rows: readonly Row[], { declared, header }: HeaderOptions): Header {
  if (declared !== undefined) {
    return { names: uniqueNames(declared), named: true, hasHeaderRow: false, numericName: undefined };
  }
  const [first, ...below] = rows;
  const named = header ?? !looksLikeData(first, below);
  const names = named
    ? uniqueNames(first.map((cell, k) => cell || `unnamed${k + 1}`))
    : first.map((_, k) => `column${k + 1}`);
  const numericName =
    named && header !== true ? names.find((name, k) => isNumber(name) && isNumeric(cellsOf(below, k))) : undefined;
  return { names, named, hasHeaderRow: named, numericName };
}

const cellsOf = (rows: readonly Row[], k: number) => rows.map((row) => row.at(k) ?? '').filter((cell) => cell !== '');
const isNumeric = (cells: Row) => cells.length > 0 && cells.every(isNumber);

/**
 * Whether the first row is data. A row of numbers is data. Any other row is data if at least one of its cells is a
 * number in a column of numbers, and each cell that is not a number is empty or occurs again in its column.
 */
function looksLikeData(first: Row, below: readonly Row[]): boolean {
  if (first.every(isNumber)) return true;
  const words = first.map((cell, k) => ({ cell, cells: cellsOf(below, k) })).filter(({ cell }) => !isNumber(cell));
  return (
    first.some((cell, k) => isNumber(cell) && isNumeric(cellsOf(below, k))) &&
    words.every(({ cell, cells }) => cell === '' || cells.includes(cell))
  );
}
