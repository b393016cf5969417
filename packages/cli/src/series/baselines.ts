/** Computes baseline forecasts and the errors of forecasts. */
import { type Shape, type Window } from './windows.js';

/** Repeats the last value for every step. */
export const naive = ({ series, end }: Window, { horizon }: Shape): number[] =>
  new Array<number>(horizon).fill(series.values[end - 1]);

/** Repeats the values of the previous season; undefined if there is no whole season without a gap before the forecast. */
export function seasonalNaive({ series, end, past }: Window, { horizon }: Shape, season: number): number[] | undefined {
  if (past < season) return undefined;
  return Array.from({ length: horizon }, (_, h) => series.values[end - season + (h % season)]);
}

/** Mean errors of forecasts, in the original units of the data. */
export interface Errors {
  readonly meanAbsolute: number;
  readonly rootMeanSquare: number;
}

/** The errors of `forecast` over all steps of all windows. */
export function errorsOf(
  windows: readonly Window[],
  { horizon }: Shape,
  forecast: (window: Window, k: number) => readonly number[],
): Errors {
  let absolute = 0;
  let squares = 0;
  windows.forEach((window, k) => {
    forecast(window, k).forEach((value, h) => {
      const error = value - window.series.values[window.end + h];
      absolute += Math.abs(error);
      squares += error * error;
    });
  });
  const count = windows.length * horizon;
  return { meanAbsolute: absolute / count, rootMeanSquare: Math.sqrt(squares / count) };
}
