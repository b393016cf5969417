/** Counts the values of a column and computes statistics of its numbers. */
import type { MissingValues } from './missing.js';
import { bothReadings, type Decimal, DecimalEvidence, decimalOfFile, numberIn } from './number-format.js';

/** Maximum number of distinct values to list, unless the user declares the column a category. */
const maxValues = 1000;
export const maxCategories = 100_000;

/** Statistics of the numbers in a column, read with one decimal separator. */
interface Numbers {
  count: number;
  min: number;
  max: number;
  mean: number;
  /** Whether all numbers are integers. */
  integers: boolean;
  /** Whether each number is greater than the previous number. */
  increasing: boolean;
  /** The number of cells that are neither a number nor a common marker of missing values, such as NA. */
  words: number;
  /** The first such cell. */
  word: string | undefined;
}

export interface ColumnSurvey {
  readonly name: string;
  /** The number of cells that are neither empty nor in the user's list of missing values. */
  readonly present: number;
  /**
   * The common markers of missing values, such as NA, among the cells that `present` counts, and how often each
   * occurs.
   */
  readonly missingMarkers: ReadonlyMap<string, number>;
  /** Cells that are empty ('') or in the user's list of missing values, and how often each occurs. */
  readonly missing: ReadonlyMap<string, number>;
  readonly decimal: Decimal;
  /** A sentence with both readings, if the numbers could be read in two ways. Otherwise undefined. */
  readonly ambiguity: string | undefined;
  readonly numbers: Readonly<Numbers>;
  /** Number of occurrences of each value, in order of first occurrence; `undefined` if there are too many values. */
  readonly values: ReadonlyMap<string, number> | undefined;
}

export interface CellFormat {
  readonly missing: MissingValues;
  readonly delimiter: string;
  /** The decimal separator of every column. Default: detected from the cells of each column. */
  readonly decimal?: Decimal | undefined;
}

export class ColumnCounter {
  readonly evidence = new DecimalEvidence();
  #present = 0;
  readonly #missing = new Map<string, number>();
  readonly #missingMarkers = new Map<string, number>();
  readonly #readings: Readonly<Record<Decimal, Numbers>> = { '.': noNumbers(), ',': noNumbers() };
  readonly #maxValues: number;
  #values: Map<string, number> | undefined = new Map();

  /**
   * @param isCategory - Whether the user declared the column a category. If so, up to `maxCategories` values are
   * listed.
   */
  constructor(
    readonly name: string,
    readonly format: CellFormat,
    isCategory = false,
  ) {
    this.#maxValues = isCategory ? maxCategories : maxValues;
  }

  /** @param written - The cell. Spaces around its value are ignored. */
  add(written: string): void {
    const cell = written.trim();
    const { missing } = this.format;
    if (missing.always(cell)) {
      increment(this.#missing, cell);
      return;
    }
    this.#present++;
    if (this.#values !== undefined) {
      increment(this.#values, cell);
      if (this.#values.size > this.#maxValues) this.#values = undefined;
    }
    if (missing.inNumbers(cell)) {
      increment(this.#missingMarkers, cell);
      return;
    }
    const [point, comma] = [numberIn(cell, '.'), numberIn(cell, ',')];
    this.evidence.add(cell, point, comma);
    count(this.#readings['.'], cell, point);
    count(this.#readings[','], cell, comma);
  }

  /** Whether a cell has two readings, such as "1,200", and the cells do not determine which one is meant. */
  get isAmbiguous(): boolean {
    const { format, evidence } = this;
    return format.decimal === undefined && evidence.ambiguous !== undefined && evidence.decided === undefined;
  }

  /** @param defaultDecimal - The decimal separator if the cells of the column do not determine it. */
  survey(defaultDecimal: Decimal): ColumnSurvey {
    const { format, evidence } = this;
    return this.surveyWith(format.decimal ?? evidence.decided ?? evidence.likely ?? defaultDecimal);
  }

  /** @param decimal - The decimal separator of the column. */
  surveyWith(decimal: Decimal): ColumnSurvey {
    const { name, evidence, format } = this;
    return {
      name,
      present: this.#present,
      missingMarkers: this.#missingMarkers,
      missing: this.#missing,
      decimal,
      ambiguity: format.decimal === undefined ? bothReadings(name, evidence, decimal, format.delimiter) : undefined,
      numbers: this.#readings[decimal],
      values: this.#values,
    };
  }
}

/**
 * The statistics of all columns. If the cells of a column do not determine the decimal separator, the column uses the
 * separator of the other columns.
 */
export function surveysOf(counters: readonly ColumnCounter[], delimiter: string): ColumnSurvey[] {
  const defaultDecimal = decimalOfFile(
    counters.map(({ evidence }) => evidence),
    delimiter,
  );
  return counters.map((counter) => counter.survey(defaultDecimal));
}

const noNumbers = (): Numbers => ({
  count: 0,
  min: Infinity,
  max: -Infinity,
  mean: 0,
  integers: true,
  increasing: true,
  words: 0,
  word: undefined,
});

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function count(numbers: Numbers, cell: string, value: number | undefined): void {
  if (value === undefined) {
    numbers.words++;
    numbers.word ??= cell;
    return;
  }
  if (value <= numbers.max) numbers.increasing = false;
  numbers.count++;
  numbers.mean += (value - numbers.mean) / numbers.count;
  numbers.min = Math.min(numbers.min, value);
  numbers.max = Math.max(numbers.max, value);
  numbers.integers &&= Number.isInteger(value);
}
