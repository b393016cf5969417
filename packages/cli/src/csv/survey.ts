/** Counts the values of each column in one pass over the file, the first of the two that training needs. */
import { ColumnCounter, type ColumnSurvey, surveysOf } from './column-counter.js';
import type { Csv } from './read.js';

/** Statistics of a file. */
export interface Survey {
  readonly rows: number;
  readonly columns: readonly ColumnSurvey[];
}

/** Options of {@link survey}. */
export interface SurveyOptions {
  /** Columns whose values are all listed, however many there are. Default: none. */
  readonly categories?: readonly string[];
  /** Whether a row is counted. Default: all are. */
  readonly counts?: (cells: readonly string[]) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Reads the whole file once. */
export async function survey(csv: Csv, options: SurveyOptions = {}): Promise<Survey> {
  const { categories = [], counts = () => true, signal } = options;
  const counters = csv.header.map((name) => new ColumnCounter(name, csv.format, categories.includes(name)));
  let read = 0;
  let rows = 0;
  for await (const { cells } of csv.rows()) {
    if (++read % 1024 === 0) signal?.throwIfAborted();
    if (!counts(cells)) continue;
    rows++;
    counters.forEach((counter, k) => counter.add(cells[k]));
  }
  return { rows, columns: surveysOf(counters, csv.dialect.delimiter) };
}
