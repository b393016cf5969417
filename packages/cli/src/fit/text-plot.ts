/** Plots a fit in the terminal: the curve as a line of dots, observations as ●. */
import { short } from '../guess.js';
import { textPlot } from '../text-plot.js';
import { yRangeOf, type Picture, rangeOf } from './picture.js';

/** Draws the plot as lines of text. */
export function fitTextPlot(picture: Picture): string {
  const { points, curve, xLabel, yLabel } = picture;
  const xRange = rangeOf([...points.map(([x]) => x), ...curve.map(({ x }) => x)]);
  return textPlot({
    xRange,
    yRange: yRangeOf(picture),
    line: curve.map(({ x, y }) => [x, y]),
    marks: [{ mark: '●', points }],
    title: yLabel,
    xEnds: [short(xRange[0]), short(xRange[1])],
    xLabel,
  });
}
