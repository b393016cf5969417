/** Reads numbers with a decimal point or comma, with or without thousands separators. */

/** The decimal separator. */
export type Decimal = '.' | ',';

const plain = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
/** Numbers with thousands separators: commas before a decimal point, or points before a decimal comma. */
const grouped: Readonly<Record<Decimal, RegExp>> = {
  '.': /^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?$/,
  ',': /^[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?$/,
};
/** Numbers with spaces or apostrophes as thousands separators. */
const spaced = /^[+-]?[1-9]\d{0,2}(?:[ '’\u00a0\u202f]\d{3})+(?:[.,]\d*)?$/;
const separators: Readonly<Record<Decimal, RegExp>> = { '.': /[, '’\u00a0\u202f]/g, ',': /[. '’\u00a0\u202f]/g };

/** Parses the cell as a finite number. */
export function numberIn(cell: string, decimal: Decimal): number | undefined {
  // U+2212, the typographic minus sign.
  const signed = cell.startsWith('−') ? `-${cell.slice(1)}` : cell;
  const hasGroups = grouped[decimal].test(signed) || spaced.test(signed);
  const digits = hasGroups ? signed.replaceAll(separators[decimal], '') : signed;
  const other = decimal === ',' ? '.' : undefined;
  if (other !== undefined && digits.includes(other)) return undefined;
  const written = decimal === ',' ? digits.replace(',', '.') : digits;
  if (!plain.test(written)) return undefined;
  const value = Number(written);
  return Number.isFinite(value) ? value : undefined;
}

/** Whether the cell is a number with either decimal separator. */
export const isNumber = (cell: string): boolean =>
  numberIn(cell, '.') !== undefined || numberIn(cell, ',') !== undefined;

/** Determines the decimal separator of a column from its cells. */
export class DecimalEvidence {
  /** Number of cells that are numbers only if the decimal separator is a point. */
  pointCells = 0;
  /** Number of cells that are numbers only if the decimal separator is a comma. */
  commaCells = 0;
  /** The first cell with two readings, such as "1,200". */
  ambiguous: string | undefined;
  /** The largest absolute value of the numbers that are written without separators. */
  #maxPlain = 0;

  /**
   * @param point - The number in the cell if the decimal separator is a point.
   * @param comma - The number in the cell if the decimal separator is a comma.
   */
  add(cell: string, point: number | undefined, comma: number | undefined): void {
    if (point !== undefined && comma === undefined) this.pointCells++;
    else if (comma !== undefined && point === undefined) this.commaCells++;
    else if (point !== comma) this.ambiguous ??= cell;
    else if (point !== undefined) this.#maxPlain = Math.max(this.#maxPlain, Math.abs(point));
  }

  /** The separator that the cells determine. */
  get decided(): Decimal | undefined {
    if (this.pointCells === 0 && this.commaCells === 0) return undefined;
    return this.commaCells > this.pointCells ? ',' : '.';
  }

  /**
   * The likely separator if the cells do not determine it. In a column with the cells "260", "527" and "1,061", the
   * comma separates thousands, since numbers below 1,000 do not contain it.
   */
  get likely(): Decimal | undefined {
    return this.ambiguous?.includes(',') === true && this.#maxPlain >= 100 && this.#maxPlain < 1000 ? '.' : undefined;
  }
}

/**
 * Returns the decimal separator for columns whose cells do not determine one. If the columns that determine one agree,
 * returns theirs. If no column determines one, returns the likely separator, if there is one. Otherwise, returns a
 * comma if the delimiter is a semicolon, and a point if it is not.
 */
export function decimalOfFile(columns: readonly DecimalEvidence[], delimiter: string): Decimal {
  const decided = new Set(columns.flatMap((column) => column.decided ?? []));
  const likely = new Set(columns.flatMap((column) => column.likely ?? []));
  const [only, ...others] = decided.size > 0 ? decided : likely;
  if (only !== undefined && others.length === 0) return only;
  return delimiter === ';' ? ',' : '.';
}

/**
 * A sentence with both readings of an ambiguous column; undefined if the column is not ambiguous. If the decimal
 * separator is a point, 1.234 is ambiguous only in a file whose delimiter is a semicolon.
 */
export function bothReadings(
  name: string,
  { decided, ambiguous }: DecimalEvidence,
  decimal: Decimal,
  delimiter: string,
): string | undefined {
  if (decided !== undefined || ambiguous === undefined) return undefined;
  if (decimal === '.' && !ambiguous.includes(',') && delimiter !== ';') return undefined;
  const other = decimal === '.' ? ',' : '.';
  return (
    `"${name}": ${ambiguous} is read as ${numberIn(ambiguous, decimal)}. ` +
    `If it means ${numberIn(ambiguous, other)}, add --decimal ${other === '.' ? 'point' : 'comma'}.`
  );
}
