/** Plot of the points, the fitted curve and its two bands, with the residuals below. */
import { useMessages } from '../language.js';
import { axisName, Grid, scalesOf } from '../shared/grid.js';
import { SavePicture } from '../shared/save-picture.js';
import { formatNumber } from '../shared/format-number.js';
import { useWidth } from '../shared/use-width.js';
import styles from './fit.module.css';
import type { CurvePoint, FitResult } from './fit.js';
import { messages } from './messages.js';
import type { Point, Points } from './points.js';

export interface PlotProps {
  readonly data: Points;
  /** Undefined if there is no fit yet. */
  readonly fit: FitResult | undefined;
  /** Index of the highlighted point. */
  readonly chosen: number;
  readonly choose: (point: number) => void;
}

const margin = { left: 58, right: 14, top: 12, bottom: 40 };
const [curveHeight, residualHeight] = [340, 150];

export function Plot({ data, fit, chosen, choose }: PlotProps) {
  const say = useMessages(messages);
  const [frame, width] = useWidth();
  const { points, names } = data;
  const xs = paddedRange([...points.map(({ x }) => x), ...(fit?.curve ?? []).map(({ x }) => x)], 0);
  // The scale does not depend on the bands, which can be far wider than the data.
  const ys = paddedRange([...points.map(({ y }) => y), ...(fit?.curve ?? []).map(({ y }) => y)], 0.08);
  const residuals = fit && residualsOf(fit);
  return (
    <div ref={frame} className={styles.plot}>
      {width > 0 && (
        <>
          <Axes label={say.plot(points.length)} width={width} height={curveHeight} x={xs} y={ys} names={names}>
            {(at) => (
              <>
                {fit && <Band curve={fit.curve} interval="predictionInterval" at={at} />}
                {fit && <Band curve={fit.curve} interval="confidenceInterval" at={at} />}
                {fit && <polyline className={styles.curve} points={curveLine(fit.curve, at)} />}
                <Dots points={points} at={at} chosen={chosen} choose={choose} />
              </>
            )}
          </Axes>
          <SavePicture element={() => frame.current} name="fit" />
          <ul className={styles.legend} aria-hidden data-not-in-picture="">
            <li className={styles.ofPoints}>{say.legend.points}</li>
            <li className={styles.ofCurve}>{say.legend.curve}</li>
            <li className={styles.ofConfidence}>{say.legend.confidence}</li>
            <li className={styles.ofPrediction}>{say.legend.prediction}</li>
          </ul>
          {residuals && (
            <>
              <h3>{say.residuals}</h3>
              <Axes
                label={say.residualPlot}
                width={width}
                height={residualHeight}
                x={xs}
                y={symmetricRange(residuals)}
                names={[names[0], say.residual]}
              >
                {(at) => (
                  <>
                    <line className={styles.zero} {...ends(at(xs[0], 0), at(xs[1], 0))} />
                    <Dots points={residuals} at={at} chosen={chosen} choose={choose} />
                  </>
                )}
              </Axes>
              <p className="quiet" data-not-in-picture="">
                {say.residualHint}
              </p>
            </>
          )}
        </>
      )}
    </div>
  );
}

/** Converts data coordinates to pixels. */
type At = (x: number, y: number) => readonly [across: number, down: number];

interface AxesProps {
  readonly label: string;
  readonly width: number;
  readonly height: number;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly names: readonly [x: string, y: string];
  readonly children: (at: At) => React.ReactNode;
}

function Axes({ label, width, height, x, y, names, children }: AxesProps) {
  const frame = { width, height, margin, x, y };
  const { toX, toY } = scalesOf(frame);
  // Clamp y, because browsers do not draw shapes with points that are very far outside the SVG.
  const at: At = (a, b) => [toX(a), Math.max(-height, Math.min(2 * height, toY(b)))];
  const middle = { x: (margin.left + width - margin.right) / 2, y: (margin.top + height - margin.bottom) / 2 };
  const axes = (
    <>
      <text className={axisName} x={middle.x} y={height - 6} textAnchor="middle">
        {names[0]}
      </text>
      <text className={axisName} transform={`translate(13 ${middle.y}) rotate(-90)`} textAnchor="middle">
        {names[1]}
      </text>
    </>
  );
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <Grid {...frame} numberOffset={16} names={axes}>
        {children(at)}
      </Grid>
    </svg>
  );
}

interface BandProps {
  readonly curve: readonly CurvePoint[];
  readonly interval: 'confidenceInterval' | 'predictionInterval';
  readonly at: At;
}

function Band({ curve, interval, at }: BandProps) {
  const known = curve.filter((point) => point[interval].every(Number.isFinite));
  const outline = [
    ...known.map((point) => at(point.x, point[interval][1])),
    ...known.toReversed().map((p) => at(p.x, p[interval][0])),
  ];
  return (
    <polygon
      className={interval === 'confidenceInterval' ? styles.confidence : styles.prediction}
      points={svgPoints(outline)}
    />
  );
}

interface DotsProps {
  readonly points: readonly Point[];
  readonly at: At;
  readonly chosen: number;
  readonly choose: (point: number) => void;
}

/** Clicking a point selects it; keyboard users select points in the list of the Derivatives panel. */
function Dots({ points, at, chosen, choose }: DotsProps) {
  return points.map(({ x, y }, k) => {
    const [cx, cy] = at(x, y);
    return (
      <circle
        key={k}
        className={k === chosen ? styles.chosen : styles.dot}
        cx={cx}
        cy={cy}
        r={k === chosen ? 7 : 4.5}
        onClick={() => choose(k)}
      >
        <title>{`${k + 1}: ${formatNumber(x, 6)}, ${formatNumber(y, 6)}`}</title>
      </circle>
    );
  });
}

const curveLine = (curve: readonly CurvePoint[], at: At) =>
  svgPoints(curve.filter(({ y }) => Number.isFinite(y)).map(({ x, y }) => at(x, y)));

const svgPoints = (places: readonly (readonly [number, number])[]) =>
  places.map(([across, down]) => `${across.toFixed(1)},${down.toFixed(1)}`).join(' ');

const ends = ([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]) => ({ x1, y1, x2, y2 });

const residualsOf = ({ fittedValues, data: { points } }: FitResult): Point[] =>
  points.map(({ x, y }, k) => ({ x, y: y - fittedValues[k] }));

function symmetricRange(residuals: readonly Point[]): [number, number] {
  const size = residuals.reduce((max, { y }) => Math.max(max, Math.abs(y)), 0) || 1;
  return [-1.3 * size, 1.3 * size];
}

/**
 * Returns the range of the finite values, extended at both ends by `padding` times its size. If all values are equal,
 * the range is that value ± 1.
 */
function paddedRange(values: readonly number[], padding: number): [number, number] {
  const known = values.filter(Number.isFinite);
  const low = known.reduce((a, b) => Math.min(a, b), Infinity);
  const high = known.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!(low < high)) return [low - 1, high + 1];
  return [low - padding * (high - low), high + padding * (high - low)];
}
