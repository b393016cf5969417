/** Detects missing values. */

/**
 * Common placeholders for a missing value in columns of numbers. In a column of categories, they are ordinary values.
 */
const placeholders = new Set(['na', 'n/a', 'nan', 'null', 'none', 'nil', '?', '-', '--', '#n/a', 'missing']);

/** Whether the cell is a common placeholder for a missing value, such as NA. */
export const isPlaceholder = (cell: string): boolean => cell.length < 8 && placeholders.has(cell.toLowerCase());

/**
 * Decides which cells of a file are missing values: empty cells and the cells that the user listed. If the user listed
 * none, common placeholders in columns of numbers are missing values too.
 */
export class MissingValues {
  readonly #listed: ReadonlySet<string> | undefined;

  /**
   * @param listed - Cells that stand for a missing value, in every column. Default: the common placeholders, only in
   * columns of numbers.
   */
  constructor(listed?: readonly string[]) {
    this.#listed = listed && new Set(listed);
  }

  /** Whether the cell is a missing value in every column: it is empty, or the user listed it. */
  always(cell: string): boolean {
    return cell === '' || this.#listed?.has(cell) === true;
  }

  /**
   * Whether the cell is a missing value in a column of numbers, but not in a column of categories: the user listed no
   * cells, and the cell is a common placeholder.
   */
  inNumbers(cell: string): boolean {
    return this.#listed === undefined && isPlaceholder(cell);
  }
}
