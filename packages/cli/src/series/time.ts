/** Parses the times in the cells of a table, and determines the regular step between them. All times are UTC. */
import { type Decimal, numberIn } from '../csv/number-format.js';
import { Problem } from '../problem.js';

/** The finest unit of time in a column. `number`: the column has numbers instead of times. */
export type Precision = 'number' | 'year' | 'month' | 'day' | 'minute' | 'second' | 'millisecond';

/** The regular step between two times. `weekday`: Monday to Friday. */
export interface Step {
  readonly unit: 'number' | 'month' | 'weekday' | 'ms';
  readonly count: number;
}

const day = 86_400_000;
/** The mean length of a month of the Gregorian calendar. */
const daysPerMonth = 146_097 / 4800;
const iso =
  /^(\d{4})-(\d{1,2})(?:-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(?:Z|[+-]00:?00)?)?)?$/;
const yearLast = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?: (\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?)?$/;
const yearFirst = /^(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?: (\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?)?$/;
/** 202405, 20240531, 2024053118 and so on, for years from 1700 to 2199. */
const digitsOnly = /^(1[7-9]\d{2}|2[01]\d{2})(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(\d{2})?)?)?)?$/;
const quarter = /^(\d{4})[- ]?Q([1-4])$/i;

/** The times in a column. */
export interface Times {
  readonly values: readonly number[];
  readonly precision: Precision;
  /** A note on how ambiguous dates were read. */
  readonly note?: string;
}

/** Options of {@link readTimes}. */
export interface TimesOptions {
  /** Decimal separator of times that are numbers. Default: a point. */
  readonly decimal?: Decimal;
  /**
   * The step between times, if it is known. Used to decide whether 1/2/2024 is 1 February or 2 January, and whether 1900
   * is a number or a year.
   */
  readonly step?: Step | undefined;
}

/**
 * @param rowNumber - Returns the row of the file that contains cell k.
 * @throws Problem if a cell is not a time, or is a number although other cells are dates
 */
export function readTimes(
  file: string,
  column: string,
  cells: readonly string[],
  rowNumber: (k: number) => number,
  { decimal = '.', step }: TimesOptions = {},
): Times {
  const canBeMonth = (part: number) => !cells.some((cell) => Number(yearLast.exec(cell)?.[part]) > 12);
  const [firstCanBeMonth, secondCanBeMonth] = [canBeMonth(1), canBeMonth(3)];
  const ambiguous =
    firstCanBeMonth && secondCanBeMonth
      ? cells.find((cell) => yearLast.exec(cell)?.[2] !== '.' && yearLast.test(cell))
      : undefined;
  const dayFirst =
    (!firstCanBeMonth && secondCanBeMonth) ||
    (ambiguous !== undefined &&
      step !== undefined &&
      regularSteps(cells, true, step) > regularSteps(cells, false, step));
  const areNumbers = step?.unit === 'number';
  const rank: Precision[] = ['number', 'year', 'month', 'day', 'minute', 'second', 'millisecond'];
  const notTime = (k: number, hint = '') =>
    new Problem(
      `${file}, row ${rowNumber(k)}: expected a time in column "${column}", such as 2024-05-31, 2024-05, 31.05.2024 or 17, received "${cells[k]}".${hint}`,
    );
  let times = cells.map((cell, k) => {
    const found = timeIn(cell, dayFirst, decimal);
    if (found === undefined) throw notTime(k);
    return found;
  });
  const isNumber = ({ precision }: Time) => precision === 'number';
  let note: string | undefined;
  const example = areNumbers ? undefined : cells.find((cell, k) => isNumber(times[k]) && digitsOnly.test(cell));
  if (example !== undefined) {
    const dates = times.map((time, k) => (isNumber(time) ? dateInDigits(cells[k]) : time));
    if (dates.every((date) => date !== undefined)) {
      times = dates;
      note = `"${column}": times such as ${example} are read as dates.`;
    }
  }
  const finest = rank.findLastIndex((name) => times.some(({ precision }) => precision === name));
  const mixed = finest > 0 ? times.findIndex(isNumber) : -1;
  if (mixed >= 0) throw notTime(mixed, ' Other cells of the column are dates.');
  const values = times.map(({ value }) => value);
  // Integers that all look like years are years.
  const areYears =
    !areNumbers && finest === 0 && values.every((value) => Number.isInteger(value) && value >= 1700 && value < 2200);
  if (ambiguous !== undefined)
    note = `"${column}": dates such as ${ambiguous} are read as ${dayFirst ? 'day/month' : 'month/day'}/year.`;
  return {
    values: areYears ? values.map((year) => Date.UTC(year, 0, 1)) : values,
    precision: areYears ? 'year' : rank[finest],
    ...(note !== undefined && { note }),
  };
}

/** The number of pairs of consecutive dates that are one step apart. */
function regularSteps(cells: readonly string[], dayFirst: boolean, step: Step): number {
  const dates = cells.flatMap((cell) => timeIn(cell, dayFirst, '.')?.value ?? []);
  const sorted = [...new Set(dates)].sort((a, b) => a - b);
  return sorted.filter((date, k) => k > 0 && stepsBetween(sorted[k - 1], date, step) === 1).length;
}

interface Time {
  readonly value: number;
  readonly precision: Precision;
}

function timeIn(cell: string, dayFirst: boolean, decimal: Decimal): Time | undefined {
  const full = iso.exec(cell) ?? yearFirst.exec(cell);
  if (full !== null) return timeOf(full[1], full[2], full[3], full[4], full[5], full[6], full[7]);
  const parts = yearLast.exec(cell);
  if (parts !== null) {
    const startsWithDay = dayFirst || parts[2] === '.';
    const [month, date] = startsWithDay ? [parts[3], parts[1]] : [parts[1], parts[3]];
    return timeOf(parts[4], month, date, parts[5], parts[6], parts[7], parts[8]);
  }
  const inQuarter = quarter.exec(cell);
  if (inQuarter !== null) return timeOf(inQuarter[1], String(3 * Number(inQuarter[2]) - 2));
  const number = numberIn(cell, decimal);
  return number === undefined ? undefined : { value: number, precision: 'number' };
}

/** The date in a cell such as 20240531; undefined if there is none. */
function dateInDigits(cell: string): Time | undefined {
  const parts = digitsOnly.exec(cell);
  return parts === null ? undefined : timeOf(parts[1], parts[2], parts[3], parts[4], parts[5] ?? '00', parts[6]);
}

type Part = string | undefined;

/** @param fraction - The digits of the seconds after the decimal separator. They are rounded to milliseconds. */
function timeOf(
  year: string,
  month: string,
  date?: Part,
  hour?: Part,
  minute?: Part,
  second?: Part,
  fraction?: Part,
): Time | undefined {
  const parts = [Number(year), Number(month) - 1, ...[date ?? 1, hour ?? 0, minute ?? 0, second ?? 0].map(Number)];
  const value = Date.UTC(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]);
  const at = new Date(value);
  const read = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  read.push(at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds());
  // Date.UTC reads 31 February as a date in March, 10:75 as 11:15, and the year 50 as 1950.
  if (read.some((part, k) => part !== parts[k])) return undefined;
  const milliseconds = Math.round(1000 * Number(`0.${fraction ?? 0}`));
  // A time with a finer unit contains all coarser units.
  const units = [date, hour, second].filter((part) => part !== undefined).length;
  const precision = milliseconds > 0 ? 'millisecond' : (['month', 'day', 'minute', 'second'] as const)[units];
  return { value: value + milliseconds, precision };
}

/** The most frequent step between adjacent times. `times` must be sorted. */
export function stepOf(times: readonly number[], precision: Precision): Step {
  const counts = new Map<number, number>();
  for (let k = 1; k < times.length; k++) {
    const difference = times[k] - times[k - 1];
    counts.set(difference, (counts.get(difference) ?? 0) + 1);
  }
  const [interval, count] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? [1, 0];
  if (precision === 'number') {
    // 15 significant digits of the times are exact, so the difference between 900.1 and 900.2 is 0.1.
    const largest = Math.max(Math.abs(times[0]), Math.abs(times[times.length - 1]));
    const decimals = Math.min(Math.max(14 - Math.floor(Math.log10(largest)), 0), 100);
    return { unit: 'number', count: Number(interval.toFixed(decimals)) };
  }
  const days = interval / day;
  const usual = [1, 2, 3, 6, 12].find((n) => days >= 28 * n && days <= 31 * n - (n === 12 ? 6 : 0));
  // `usual` is undefined for a step of 4 months or 5 years, for example.
  const months = usual ?? Math.round(days / daysPerMonth);
  if (months > 0) {
    const pairs = times.length - 1;
    const ofMonths = times.filter((time, k) => k > 0 && addMonths(times[k - 1], months) === time).length;
    // The unit is a month if most adjacent times are exactly `months` months apart, or if at least 20 % of the steps
    // differ from the most frequent step, for example in a series of the last workday of each month. A series with steps
    // of 28 days meets neither condition.
    if (ofMonths > pairs / 2 || (usual !== undefined && count <= 0.8 * pairs)) return { unit: 'month', count: months };
  }
  const isWeekend = (time: number) => new Date(time).getUTCDay() % 6 === 0;
  if (days === 1 && times.length > 10 && !times.some(isWeekend)) return { unit: 'weekday', count: 1 };
  return { unit: 'ms', count: interval };
}

/** Returns the time that is `steps` steps later than `time`. */
export function after(time: number, { unit, count }: Step, steps: number): number {
  if (unit === 'month') return addMonths(time, count * steps);
  if (unit !== 'weekday') return time + count * steps;
  let next = time;
  for (let left = steps; left > 0;) {
    next += day;
    if (new Date(next).getUTCDay() % 6 !== 0) left--;
  }
  return next;
}

/**
 * Adds months to a time. If the day is the last of its month, or does not exist in the new month, the result is the
 * last day of the new month. Otherwise, the day of the month stays the same.
 */
function addMonths(time: number, months: number): number {
  const from = new Date(time);
  const lastDay = (year: number, month: number) => new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const [year, month, date] = [from.getUTCFullYear(), from.getUTCMonth() + months, from.getUTCDate()];
  const isLast = date > 27 && date === lastDay(year, from.getUTCMonth());
  const to = Date.UTC(year, month, 1);
  const last = lastDay(new Date(to).getUTCFullYear(), new Date(to).getUTCMonth());
  return to + (isLast ? last - 1 : Math.min(date, last) - 1) * day + (((time % day) + day) % day);
}

/**
 * The number of steps from one time to a later one, or undefined if it is not an integer. Months are counted without
 * their days: from any day of January to any day of February is one month.
 */
export function stepsBetween(from: number, to: number, step: Step): number | undefined {
  if (step.unit === 'number' || step.unit === 'ms') {
    const steps = (to - from) / step.count;
    return Math.abs(steps - Math.round(steps)) < 1e-6 ? Math.round(steps) : undefined;
  }
  if (step.unit === 'month') {
    const [a, b] = [new Date(from), new Date(to)];
    const months = (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth();
    return months % step.count === 0 ? months / step.count : undefined;
  }
  const days = Math.round((to - from) / day);
  const rest = days % 7;
  let steps = (5 * (days - rest)) / 7;
  for (let k = 1; k <= rest; k++) if (new Date(from + k * day).getUTCDay() % 6 !== 0) steps++;
  return steps;
}

/**
 * Returns the time in milliseconds to subtract from all times, so that `stepsBetween` finds more adjacent times exactly
 * one step apart: 15 days if that helps, otherwise 0. For example, the time for the end of February may be 2 March. In
 * 2024, subtracting 15 days changes 31 January, 2 March and 31 March to 16 January, 16 February and 16 March.
 */
export function monthOffset(series: readonly (readonly number[])[], step: Step): number {
  if (step.unit !== 'month') return 0;
  const gaps = (offset: number) =>
    series.reduce(
      (sum, times) =>
        sum + times.filter((time, k) => k > 0 && stepsBetween(times[k - 1] - offset, time - offset, step) !== 1).length,
      0,
    );
  const half = 15 * day;
  return gaps(half) < gaps(0) ? half : 0;
}

/** Describes a step in words: "1 hour", "3 months". */
export function stepText({ unit, count }: Step): string {
  const many = (value: number, one: string) => `${value === 1 ? '1' : String(value)} ${one}${value === 1 ? '' : 's'}`;
  if (unit === 'number') return many(count, 'unit');
  if (unit === 'weekday') return '1 weekday';
  if (unit === 'month') return count % 12 === 0 ? many(count / 12, 'year') : many(count, 'month');
  for (const [size, one] of [
    [7 * day, 'week'],
    [day, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1000, 'second'],
  ] as const) {
    if (count % size === 0) return many(count / size, one);
  }
  return `${count} ms`;
}

/**
 * The number of steps per season. If a step is shorter than a day, a season is a day. If a step is a day or a weekday,
 * a season is a week. If a step is a number of weeks or months that divides a year (52 weeks or 12 months), a season is
 * a year. Returns 1 if there is no season.
 */
export function seasonOf({ unit, count }: Step): number {
  if (unit === 'month') return 12 % count === 0 ? 12 / count : 1;
  if (unit === 'weekday') return 5;
  if (unit === 'number') return 1;
  if (count === day) return 7;
  const season = count < day ? day : count % (7 * day) === 0 ? 52 * 7 * day : count;
  return Number.isInteger(season / count) ? season / count : 1;
}

/** Formats a time with the precision of its column. */
export function timeText(time: number, precision: Precision): string {
  if (precision === 'number') return String(Number(time.toPrecision(15)));
  const text = new Date(time).toISOString();
  const length = { year: 4, month: 7, day: 10, minute: 16, second: 19, millisecond: 23 }[precision];
  return text.slice(0, length).replace('T', ' ');
}
