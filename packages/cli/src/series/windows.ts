/** Converts series to samples. The inputs are the last values and the calendar; the targets are the next values. */
import type { Series } from './read.js';
import type { Step } from './time.js';

/**
 * The positions in the calendar that a network can read: the hour of the day, the day of the week, and the month of the
 * year. Each position is encoded as two inputs, a sine and a cosine.
 */
export const calendarPeriods = ['hour', 'weekday', 'month'] as const;
export type CalendarPeriod = (typeof calendarPeriods)[number];

/** A window of a series. The values before `end` are inputs; the values from `end` on are to be forecast. */
export interface Window {
  readonly series: Series;
  /** The scale of the series. The network reads and predicts changes divided by this scale. */
  readonly scale: number;
  /** The index of the first value to forecast. */
  readonly end: number;
  /** The number of consecutive values before `end`, without a gap. */
  readonly past: number;
}

/** The number of past values, the number of steps to forecast, and the calendar inputs. */
export interface Shape {
  readonly window: number;
  readonly horizon: number;
  readonly calendar: readonly CalendarPeriod[];
}

/** All windows of a series that do not span a gap. */
export function windowsOf(series: Series, scale: number, { window, horizon }: Shape): Window[] {
  const found: Window[] = [];
  let run = 0;
  series.follows.forEach((follows, k) => {
    run = follows ? run + 1 : 1;
    if (run >= window + horizon) found.push({ series, scale, end: k + 1 - horizon, past: run - horizon });
  });
  return found;
}

/**
 * The root mean square of the changes over 1 step, 2 steps and so on, up to the smaller of `horizon` and 24 steps, among
 * the first `count` values. Divided by this scale, changes have a magnitude of about 1. Returns 1 if nothing changes.
 */
export function scaleOf({ values }: Series, count: number, horizon: number): number {
  let squares = 0;
  let n = 0;
  for (let k = 0; k < count; k++) {
    for (let h = 1; h <= Math.min(horizon, 24) && k + h < count; h++, n++) squares += (values[k + h] - values[k]) ** 2;
  }
  const found = Math.sqrt(squares / n);
  return found > 0 && Number.isFinite(found) ? found : 1;
}

/**
 * Returns the calendar inputs that differ from step to step and whose cycle (a day, a week or a year) repeats often
 * enough between the times `first` and `last`.
 */
export function calendarFor({ unit, count }: Step, first: number, last: number): CalendarPeriod[] {
  if (unit === 'number') return [];
  const days = (last - first) / 86_400_000;
  const isShort = (ms: number) => unit === 'ms' && count < ms;
  return [
    ...(isShort(86_400_000) && days >= 4 ? (['hour'] as const) : []),
    ...((isShort(86_400_001) || unit === 'weekday') && days >= 28 ? (['weekday'] as const) : []),
    ...((unit === 'month' && count < 12) || unit === 'weekday' || unit === 'ms'
      ? days >= 730
        ? (['month'] as const)
        : []
      : []),
  ];
}

/** Appends the sine and cosine of each calendar input to `row`. */
export function writeCalendar(time: number, calendar: readonly CalendarPeriod[], row: number[]): void {
  const date = new Date(time);
  for (const period of calendar) {
    const phase =
      period === 'hour'
        ? (date.getUTCHours() + date.getUTCMinutes() / 60) / 24
        : period === 'weekday'
          ? date.getUTCDay() / 7
          : (date.getUTCMonth() + (date.getUTCDate() - 1) / 31) / 12;
    row.push(Math.sin(2 * Math.PI * phase), Math.cos(2 * Math.PI * phase));
  }
}

/**
 * The inputs of a recurrent network, with one row for each input value of the window. A row contains
 * (value − last input value) / scale, followed by the calendar inputs of the step after the value.
 *
 * @param next - The time of the first step to forecast. The series may end before it.
 */
export function inputRows({ series, scale, end }: Window, { window, calendar }: Shape, next: number): number[][] {
  const { values, times } = series;
  const last = values[end - 1];
  return Array.from({ length: window }, (_, k) => {
    const at = end - window + k;
    const row = [(values[at] - last) / scale];
    writeCalendar(at + 1 < end ? times[at + 1] : next, calendar, row);
    return row;
  });
}

/**
 * The inputs of a dense network in one row: the values as in {@link inputRows}, without the last value, followed by the
 * calendar inputs of the first step to forecast.
 */
export function inputRow(window: Window, shape: Shape, next: number): number[] {
  const row = inputRows(window, { ...shape, calendar: [] }, next).map(([value]) => value);
  // The last value is omitted because it is always 0.
  row.pop();
  writeCalendar(next, shape.calendar, row);
  return row;
}

/** The scaled changes to forecast. */
export const targetRow = ({ series, scale, end }: Window, { horizon }: Shape): number[] =>
  Array.from({ length: horizon }, (_, h) => (series.values[end + h] - series.values[end - 1]) / scale);

/** Converts the outputs of the network to values of the series. */
export const valuesOf = ({ series, scale, end }: Window, outputs: ArrayLike<number>): number[] =>
  Array.from(outputs, (value) => series.values[end - 1] + scale * value);
