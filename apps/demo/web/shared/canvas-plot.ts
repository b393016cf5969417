/** What the plots that uPlot draws on a canvas look like. */
import type UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatNumber } from './format-number.js';
import { css, type Palette } from './palette.js';

/** Thin grid lines without ticks, and numbers with a typographic minus sign. */
export const axisOf = (palette: Palette): UPlot.Axis => ({
  stroke: css(palette.quiet),
  grid: { stroke: css(palette.line, 0.6), width: 1 },
  ticks: { show: false },
  values: (_, ticks) => ticks.map((tick) => formatNumber(tick)),
});

/** A line without points. */
export const lineOf = (label: string, stroke: string, dash?: number[]): UPlot.Series => ({
  label,
  stroke,
  width: 2,
  points: { show: false },
  ...(dash && { dash }),
});
