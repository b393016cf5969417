/** Styles of the plots that uPlot draws on a canvas. */
import type UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatNumber } from './format-number.js';
import { css, type Palette } from './palette.js';

/** An axis with thin grid lines, no ticks, and typographic minus signs. */
export const axisOf = (palette: Palette): UPlot.Axis => ({
  stroke: css(palette.quiet),
  grid: { stroke: css(palette.line, 0.6), width: 1 },
  ticks: { show: false },
  values: (_, ticks) => ticks.map((tick) => formatNumber(tick)),
});

/** A line without point markers. */
export const lineOf = (label: string, stroke: string, dash?: number[]): UPlot.Series => ({
  label,
  stroke,
  width: 2,
  points: { show: false },
  ...(dash && { dash }),
});
