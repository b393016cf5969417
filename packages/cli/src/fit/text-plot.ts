/** Plots a fit in the terminal: the curve as a line of dots, observations as ●. */
import { short } from '../guess.js';
import { textPlot } from '../text-plot.js';
import { yRangeOf, type FitPlotData, rangeOf } from './plot-data.js';

/** Draws the plot as lines of text. */
export function fitTextPlot(plotData: FitPlotData): string {
  const { points, curve, xLabel, yLabel } = plotData;
  const xRange = rangeOf([...points.map(([x]) => x), ...curve.map(({ x }) => x)]);
  return textPlot({
    xRange,
    yRange: yRangeOf(plotData),
    line: curve.map(({ x, y }) => [x, y]),
    marks: [{ mark: '●', points }],
    title: yLabel,
    xEnds: [short(xRange[0]), short(xRange[1])],
    xLabel,
  });
}
