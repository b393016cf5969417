/** Counts the values of each column in one pass over the file. Training then reads the file a second time. */
import { ColumnCounter, type ColumnSurvey, surveysOf } from './column-counter.js';
import type { Decimal } from './number-format.js';
import type { Csv } from './read.js';

/** Statistics of a file. */
export interface Survey {
  readonly rows: number;
  readonly columns: readonly ColumnSurvey[];
}

/** Options of {@link survey}. */
export interface SurveyOptions {
  /**
   * Columns to treat as categories: their values are listed if at most 100,000 are distinct (other columns: 1,000).
   * Default: none.
   */
  readonly categories?: readonly string[];
  /** Whether to count a row. Default: all rows. */
  readonly isCounted?: (cells: readonly string[]) => boolean;
  /** The decimal separator of each column. Default: detected from the rows that are counted. */
  readonly decimals?: readonly Decimal[];
  readonly signal?: AbortSignal | undefined;
}

/** Reads the whole file once and returns its statistics. */
export async function survey(csv: Csv, options: SurveyOptions = {}): Promise<Survey> {
  const { categories = [], isCounted = () => true, decimals, signal } = options;
  const counters = csv.header.map((name) => new ColumnCounter(name, csv.format, categories.includes(name)));
  let read = 0;
  let rows = 0;
  for await (const { cells } of csv.rows()) {
    if (++read % 1024 === 0) signal?.throwIfAborted();
    if (!isCounted(cells)) continue;
    rows++;
    counters.forEach((counter, k) => counter.add(cells[k]));
  }
  const columns = decimals
    ? counters.map((counter, k) => counter.surveyWith(decimals[k]))
    : surveysOf(counters, csv.dialect.delimiter);
  return { rows, columns };
}
