/** Detects missing values. */

/**
 * Common marks of a missing value in columns of numbers. In a column of categories, they are ordinary values.
 */
const missingMarks = new Set(['na', 'n/a', 'nan', 'null', 'none', 'nil', '?', '-', '--', '#n/a', 'missing']);

/** Whether the cell is a common mark of a missing value, such as NA. */
export const isMissingMark = (cell: string): boolean => cell.length < 8 && missingMarks.has(cell.toLowerCase());

/**
 * Decides which cells of a file are missing values: empty cells and the cells that the user listed. If the user listed
 * none, common marks in columns of numbers are missing values too.
 */
export class MissingValues {
  readonly #listed: ReadonlySet<string> | undefined;

  /**
   * @param listed - Cells that stand for a missing value, in every column. Default: the common marks, only in
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
   * cells, and the cell is a common mark of a missing value.
   */
  inNumbers(cell: string): boolean {
    return this.#listed === undefined && isMissingMark(cell);
  }
}
