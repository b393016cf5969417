/** Counts the values of each column in one pass over the file. Training then reads the file a second time. */
import { ColumnCounter, type ColumnSurvey, surveysOf } from './column-counter.js';
import type { Csv } from './read.js';

/** Statistics of a file. */
export interface Survey {
  readonly rows: number;
  readonly columns: readonly ColumnSurvey[];
}

/** Options of {@link survey}. */
export interface SurveyOptions {
  /** Columns that the user declared categories: up to 100,000 of their values are listed. Default: none. */
  readonly categories?: readonly string[];
  /** Whether to count a row. Default: all rows. */
  readonly counts?: (cells: readonly string[]) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Reads the whole file once and returns its statistics. */
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
