/** Reads one or several time series from a table, sorts them by time, and finds gaps. */
import type { Csv } from '../csv/read.js';
import { MissingValues } from '../csv/missing.js';
import { numberIn } from '../csv/number-format.js';
import { expectColumns } from '../guess.js';
import { Problem } from '../problem.js';
import { shellWord } from '../shell-word.js';
import { counted } from '../table.js';
import { groupReader } from '../training/groups.js';
import { monthOffset, type Precision, readTimes, type Step, stepOf, stepsBetween, timeText } from './time.js';

export interface SeriesColumns {
  readonly target: string;
  readonly time: string;
  /** The column that identifies the series. Default: the file has one series. */
  readonly group: string | undefined;
}

/** The values of one series, sorted by time. */
export interface Series {
  readonly name: string;
  readonly times: readonly number[];
  readonly values: readonly number[];
  /** For each value, whether it directly follows the previous value, without a gap. */
  readonly follows: readonly boolean[];
}

export interface SeriesTable {
  readonly series: readonly Series[];
  readonly step: Step;
  readonly precision: Precision;
  /** Notes on gaps, missing values and how dates were read. */
  readonly notes: readonly string[];
}

/** If the number of missing steps or of gaps exceeds this fraction of the rows, rows are treated as consecutive. */
const maxMissing = 0.2;
/** Up to this many consecutive missing weekdays are treated as holidays, not as gaps. */
const maxHolidays = 5;

/**
 * @param known - The step between times in the data that the model was trained on. Default: the most frequent step of
 * the longest series.
 * @throws Problem if a column is missing, a cell is not a number or time, or a time occurs twice
 */
export async function readSeries(
  csv: Csv,
  { target, time, group }: SeriesColumns,
  missingValues: readonly string[] | undefined,
  known?: Step,
): Promise<SeriesTable> {
  expectColumns(csv, [target, time, ...(group === undefined ? [] : [group])]);
  const columnOf = (name: string) => csv.header.indexOf(name);
  const [timeAt, targetAt] = [columnOf(time), columnOf(target)];
  const missing = new MissingValues(missingValues);
  const groupOf =
    group === undefined ? () => '' : groupReader(csv, group, 'Every row must have a value that identifies its series.');
  const rows: { number: number; name: string; time: string; value: number }[] = [];
  let withoutValue = 0;
  for await (const row of csv.rows()) {
    const { cells, number } = row;
    const cell = cells[targetAt].trim();
    if (missing.always(cell) || missing.inNumbers(cell)) {
      withoutValue++;
      continue;
    }
    const value = numberIn(cell, csv.decimals[targetAt]);
    if (value === undefined) {
      throw new Problem(
        `${csv.name}, row ${number}: expected a number in column "${target}", received "${cell}". With --time, the target must be a column of numbers.`,
      );
    }
    rows.push({ number, name: groupOf(row), time: cells[timeAt].trim(), value });
  }
  if (rows.length === 0) throw new Problem(`${csv.name} has no rows with a value in column "${target}".`);
  const times = readTimes(
    csv.name,
    time,
    rows.map((row) => row.time),
    (k) => rows[k].number,
    { decimal: csv.decimals[timeAt], step: known },
  );
  if (known !== undefined && (known.unit === 'number') !== (times.precision === 'number')) {
    const kinds = ['numbers', 'dates'];
    if (known.unit !== 'number') kinds.reverse();
    throw new Problem(
      `${csv.name}: the model was trained on times that are ${kinds[0]}, but column "${time}" contains ${kinds[1]}.`,
    );
  }
  const byName = new Map<string, { time: number; value: number }[]>();
  rows.forEach(({ name, value }, k) => {
    const list = byName.get(name) ?? [];
    list.push({ time: times.values[k], value });
    byName.set(name, list);
  });
  const sorted = [...byName].map(([name, list]) => ({ name, list: list.sort((a, b) => a.time - b.time) }));
  for (const { name, list } of sorted) {
    const twice = list.findIndex((row, k) => k > 0 && row.time === list[k - 1].time);
    if (twice > 0) {
      const when = timeText(list[twice].time, times.precision);
      throw new Problem(
        group === undefined
          ? `${csv.name}: ${when} occurs twice. If the table contains several series, specify the column that identifies them, for example --group ${shellWord(otherColumn(csv.header, target, time))}.`
          : `${csv.name}: ${when} occurs twice for "${name}" in column "${group}".`,
      );
    }
  }
  const longest = sorted.reduce((a, b) => (b.list.length > a.list.length ? b : a));
  const step =
    known ??
    stepOf(
      longest.list.map((row) => row.time),
      times.precision,
    );
  const numbers = times.precision === 'number' ? [target, time] : [target];
  const notes = [
    ...numbers.flatMap((name) => csv.ambiguities.get(name) ?? []),
    ...(times.note === undefined ? [] : [times.note]),
    ...(withoutValue === 0 ? [] : [`Left out ${counted(withoutValue, 'row')} without a value in column "${target}".`]),
  ];
  const offset = monthOffset(
    sorted.map(({ list }) => list.map((row) => row.time)),
    step,
  );
  const gaps: string[] = [];
  let missingSteps = 0;
  const series = sorted.map(({ name, list }): Series => {
    const follows = list.map((row, k) => {
      if (k === 0) return false;
      const steps = stepsBetween(list[k - 1].time - offset, row.time - offset, step);
      if (steps === 1 || (step.unit === 'weekday' && steps !== undefined && steps <= 1 + maxHolidays)) return true;
      missingSteps += steps === undefined ? 1 : Math.max(steps - 1, 0);
      const between = `${timeText(list[k - 1].time, times.precision)} and ${timeText(row.time, times.precision)}`;
      gaps.push(name === '' ? between : `${between} (${name})`);
      return false;
    });
    return { name, times: list.map((row) => row.time), values: list.map((row) => row.value), follows };
  });
  const regular = missingSteps <= maxMissing * rows.length && gaps.length <= maxMissing * rows.length;
  if (!regular) {
    notes.push(`The times in "${time}" are irregular, so rows are treated as consecutive steps.`);
  } else if (gaps.length > 0) {
    const more = gaps.length > 3 ? `, and ${counted(gaps.length - 3, 'more gap')}` : '';
    notes.push(
      `${counted(gaps.length, 'gap')} (${counted(missingSteps, 'step')} missing): between ${gaps.slice(0, 3).join(', ')}${more}. No window spans a gap.`,
    );
  }
  return {
    series: regular ? series : series.map((one) => ({ ...one, follows: one.follows.map((_, k) => k > 0) })),
    step,
    precision: times.precision,
    notes,
  };
}

const otherColumn = (header: readonly string[], target: string, time: string) =>
  header.find((name) => name !== target && name !== time) ?? 'COLUMN';
