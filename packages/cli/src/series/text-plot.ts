/** Plots a forecast in the terminal: the past as a line of dots, the forecast as ●, the baseline as ○. */
import { rangeOf } from '../fit/plot-data.js';
import { type Point, textPlot } from '../text-plot.js';
import type { ForecastPlotData } from './plot.js';

/** Draws the plot as lines of text. */
export function forecastTextPlot({ title, observed, forecast, baseline, times }: ForecastPlotData): string {
  const end = observed.length - 1;
  const after = (values: readonly number[]) => values.map((value, k): Point => [end + 1 + k, value]);
  const [first, lastObserved, lastForecast] = times;
  return textPlot({
    xRange: [0, end + forecast.length],
    yRange: rangeOf([...observed, ...forecast, ...baseline]),
    line: observed.map((value, k) => [k, value]),
    marks: [
      { mark: '○', points: after(baseline) },
      { mark: '●', points: after(forecast) },
    ],
    title,
    xEnds: [first, lastForecast],
    xLabel: `line: observed up to ${lastObserved}, ●: forecast, ○: baseline`,
  });
}
