/** Draws the grid lines of a plot with their numbers in an SVG element, and clips the children to the plot area. */
import { type ReactNode, useId } from 'react';
import styles from './grid.module.css';
import { ticks } from './ticks.js';
import { formatNumber } from './format-number.js';

/** The size of a plot in pixels, and the ranges that it shows. */
interface Frame {
  readonly width: number;
  readonly height: number;
  readonly margin: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  readonly x: readonly [min: number, max: number];
  readonly y: readonly [min: number, max: number];
}

export interface GridProps extends Frame {
  /** Pixels from the bottom of the plot area (inside the margins) to the baseline of the numbers below it. */
  readonly numberOffset: number;
  /** Names of the axes: `text` elements with the class `axisName`. */
  readonly names: ReactNode;
  readonly children: ReactNode;
}

/** CSS class of the name of an axis. */
export const axisName = styles.axis;

/** If the x axis has six or more ticks, plots up to this many pixels wide omit every second tick. */
const narrow = 420;

export function Grid({ numberOffset, names, children, ...frame }: GridProps) {
  const clip = useId();
  const { width, height, margin, x, y } = frame;
  const { left, top } = margin;
  const { toX, toY } = scalesOf(frame);
  const [right, bottom] = [width - margin.right, height - margin.bottom];
  return (
    <>
      <clipPath id={clip}>
        <rect x={left} y={top} width={right - left} height={bottom - top} />
      </clipPath>
      {ticks(x)
        .filter((_, k, all) => width > narrow || all.length < 6 || k % 2 === 0)
        .map((tick) => (
          <g key={`x${tick}`}>
            <line className={styles.line} x1={toX(tick)} x2={toX(tick)} y1={top} y2={bottom} />
            <text className={styles.number} x={toX(tick)} y={bottom + numberOffset} textAnchor="middle">
              {formatNumber(tick, 4)}
            </text>
          </g>
        ))}
      {ticks(y).map((tick) => (
        <g key={`y${tick}`}>
          <line className={styles.line} x1={left} x2={right} y1={toY(tick)} y2={toY(tick)} />
          <text className={styles.number} x={left - 6} y={toY(tick) + 4} textAnchor="end">
            {formatNumber(tick, 4)}
          </text>
        </g>
      ))}
      {names}
      <g clipPath={`url(#${clip})`}>{children}</g>
    </>
  );
}

/** Functions that convert data coordinates to pixels. */
export function scalesOf({ width, height, margin, x, y }: Frame) {
  const [right, bottom] = [width - margin.right, height - margin.bottom];
  return {
    toX: (value: number) => margin.left + ((value - x[0]) / (x[1] - x[0])) * (right - margin.left),
    toY: (value: number) => bottom - ((value - y[0]) / (y[1] - y[0])) * (bottom - margin.top),
  };
}
