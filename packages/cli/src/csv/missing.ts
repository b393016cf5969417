/** Common markers of missing values in columns of numbers. In a column of categories, they are ordinary values. */
const missingMarkers = new Set([
  ...['na', 'n/a', 'nan', 'null', 'none', 'nil', '?', '-', '--', 'missing'],
  // Spreadsheet errors.
  ...['#n/a', '#na', '#div/0!', '#value!', '#ref!', '#name?', '#num!', '#null!'],
  // MySQL, Oracle, pandas, SAS and Stata.
  ...['\\n', '(null)', '<na>', '.'],
]);

/** Whether the cell is a common marker of missing values, such as NA. */
export const isMissingMarker = (cell: string): boolean => cell.length < 8 && missingMarkers.has(cell.toLowerCase());

/**
 * Decides which cells of a file are missing values: empty cells and the cells that the user listed. If the user listed
 * none, common markers in columns of numbers are missing values too.
 */
export class MissingValues {
  readonly #listed: ReadonlySet<string> | undefined;

  constructor(listed?: readonly string[]) {
    this.#listed = listed && new Set(listed);
  }

  /** Whether the cell is a missing value in every column. */
  always(cell: string): boolean {
    return cell === '' || this.#listed?.has(cell) === true;
  }

  /** Whether the cell is a missing value in a column of numbers, but not in a column of categories. */
  inNumbers(cell: string): boolean {
    return this.#listed === undefined && isMissingMarker(cell);
  }
}
