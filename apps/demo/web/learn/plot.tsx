/** Draws curves in a frame with axes. Optionally, a point can be dragged, or moved with a slider below the frame. */
import { type ReactNode, useRef } from 'react';
import { axisName, Grid, scalesOf } from '../shared/grid.js';
import styles from './plot.module.css';

export interface PlotPoint {
  readonly x: number;
  readonly y: number;
}

export interface PlotProps {
  /** Description of the plot for screen readers. */
  readonly label: string;
  readonly x: readonly [min: number, max: number];
  readonly y: readonly [min: number, max: number];
  readonly curves: readonly { readonly points: readonly PlotPoint[]; readonly tone?: 'main' | 'second' | 'third' }[];
  readonly marks?: readonly PlotPoint[];
  /** Names of the axes. */
  readonly axes: readonly [x: string, y: string];
  readonly drag?: {
    readonly label: string;
    readonly at: PlotPoint;
    readonly step: number;
    readonly onChange: (x: number) => void;
    /** The value of the slider in words, for screen readers. */
    readonly text: string;
  };
  /** Shown next to the slider. */
  readonly children?: ReactNode;
}

const width = 440;
const height = 210;
const margin = { left: 44, right: 12, top: 26, bottom: 26 };

export function Plot({ label, x, y, curves, marks = [], axes, drag, children }: PlotProps) {
  const svg = useRef<SVGSVGElement>(null);
  const frame = { width, height, margin, x, y };
  const { toX, toY } = scalesOf(frame);
  const move = (clientX: number) => {
    if (drag === undefined || svg.current === null) return;
    const box = svg.current.getBoundingClientRect();
    // The SVG keeps its aspect ratio inside its box.
    const scale = Math.min(box.width / width, box.height / height);
    const inside = (clientX - box.left - (box.width - width * scale) / 2) / scale;
    const value = x[0] + ((inside - margin.left) / (width - margin.left - margin.right)) * (x[1] - x[0]);
    const rounded = Math.round(value / drag.step) * drag.step;
    drag.onChange(Number(Math.max(x[0], Math.min(x[1], rounded)).toPrecision(10)));
  };
  const names = (
    <>
      <text x={width - margin.right} y={height - 9} textAnchor="end" className={`${axisName} ${styles.axis}`}>
        {axes[0]}
      </text>
      <text x={margin.left - 6} y={margin.top - 10} className={`${axisName} ${styles.axis}`}>
        {axes[1]}
      </text>
    </>
  );
  return (
    <div className={styles.plot}>
      <svg
        ref={svg}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={label}
        className={drag && styles.draggable}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          move(event.clientX);
        }}
        onPointerMove={(event) => event.buttons > 0 && move(event.clientX)}
      >
        <Grid {...frame} numberOffset={17} names={names}>
          {curves.map(({ points, tone = 'main' }, k) => (
            <polyline
              key={k}
              className={`${styles.curve} ${styles[tone] ?? ''}`}
              points={points.map((point) => `${toX(point.x).toFixed(1)},${toY(point.y).toFixed(1)}`).join(' ')}
            />
          ))}
          {marks.map((mark, k) => (
            <circle key={k} className={styles.mark} cx={toX(mark.x)} cy={toY(mark.y)} r={4} />
          ))}
        </Grid>
        {drag !== undefined && (
          <circle data-point="" className={styles.point} cx={toX(drag.at.x)} cy={toY(drag.at.y)} r={8} />
        )}
      </svg>
      {drag !== undefined && (
        <div className={styles.below}>
          <input
            type="range"
            min={x[0]}
            max={x[1]}
            step={drag.step}
            value={drag.at.x}
            aria-label={drag.label}
            aria-valuetext={drag.text}
            onChange={(event) => drag.onChange(Number(event.target.value))}
          />
          {children}
        </div>
      )}
    </div>
  );
}

/** Samples a function at `count` + 1 evenly spaced points of a range. */
export const sampled = (f: (x: number) => number, [low, high]: readonly [number, number], count = 80): PlotPoint[] =>
  Array.from({ length: count + 1 }, (_, k) => {
    const x = low + ((high - low) * k) / count;
    return { x, y: f(x) };
  });
