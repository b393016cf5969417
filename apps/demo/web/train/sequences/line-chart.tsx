/** A chart of several lines with a common x axis, as SVG. */
import { axisName, Grid, scalesOf } from '../../shared/grid.js';
import { useWidth } from '../../shared/use-width.js';
import styles from './sequences.module.css';

export interface Line {
  readonly name: string;
  /** CSS class with the colour and dashes of the line. */
  readonly variant: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface LineChartProps {
  readonly label: string;
  readonly lines: readonly Line[];
  readonly xName: string;
  readonly yName: string;
  /** Range that the y axis must include. Default: only the range of the points. */
  readonly yIncludes?: readonly [number, number];
}

const height = 210;
const margin = { left: 52, right: 12, top: 10, bottom: 38 };

export function LineChart({ label, lines, xName, yName, yIncludes }: LineChartProps) {
  const [frame, width] = useWidth();
  const points = lines.flatMap(({ points }) => points).filter(([, y]) => Number.isFinite(y));
  const x = rangeOf(points.map(([x]) => x));
  const y = rangeOf([...points.map(([, y]) => y), ...(yIncludes ?? [])], 0.06);
  const { toX, toY } = scalesOf({ width, height, margin, x, y });
  return (
    <div ref={frame}>
      {width > 0 && (
        <svg width={width} height={height} role="img" aria-label={label} className={styles.chart}>
          <Grid
            width={width}
            height={height}
            margin={margin}
            x={x}
            y={y}
            numberOffset={16}
            names={
              <>
                <text
                  className={axisName}
                  x={(margin.left + width - margin.right) / 2}
                  y={height - 4}
                  textAnchor="middle"
                >
                  {xName}
                </text>
                <text
                  className={axisName}
                  transform={`translate(12 ${height / 2 - 12}) rotate(-90)`}
                  textAnchor="middle"
                >
                  {yName}
                </text>
              </>
            }
          >
            {lines.map(({ name, variant, points }) => (
              <polyline
                key={name}
                className={styles[variant]}
                points={points
                  .filter(([, y]) => Number.isFinite(y))
                  .map(([x, y]) => `${toX(x)},${toY(y)}`)
                  .join(' ')}
              />
            ))}
          </Grid>
        </svg>
      )}
      <ul className={styles.legend}>
        {lines.map(({ name, variant }) => (
          <li key={name}>
            <svg width={26} height={8} aria-hidden>
              <line className={styles[variant]} x1={1} x2={25} y1={4} y2={4} />
            </svg>
            {name}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Returns the range of the values, extended on both sides by `margin` times its length. The length is never 0. */
function rangeOf(values: readonly number[], margin = 0): readonly [number, number] {
  if (values.length === 0) return [0, 1];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const padding = high > low ? margin * (high - low) : 0.5;
  return [low - padding, high + padding];
}
