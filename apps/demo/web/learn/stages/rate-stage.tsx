/** Chapter 8's picture: the loss surface over w and b, with the path of gradient descent or of several optimizers. */
import { sgd } from '@nnbp/optim';
import { useMemo, useState } from 'react';
import { useMessages } from '../../language.js';
import { formatNumber } from '../../shared/format-number.js';
import { firstRate, type SurfacePoint, comparedOptimizers, type RateExercise } from '../chapters/rate.js';
import { messages } from '../messages.js';
import type { StageProps } from '../stage.js';
import styles from './stage.module.css';

const width = 440;
const height = 300;
/** Number of level curves. */
const levels = 14;

export function RateStage({ exercise, task, settled }: StageProps<RateExercise>) {
  const say = useMessages(messages);
  const { factor, path } = exercise;
  const [rate, setRate] = useState(0.02);
  const [steps, setSteps] = useState(20);
  const paths = useMemo(() => {
    if (task === 0)
      return settled > 0 ? [path(sgd({ learningRate: firstRate }), 1)] : [path(sgd({ learningRate: firstRate }), 0)];
    if (task === 1) return [path(sgd({ learningRate: rate }), steps)];
    return Object.values(comparedOptimizers).map((make) => path(make(), settled > 2 ? steps : 0));
  }, [path, task, settled, rate, steps]);
  return (
    <>
      <Surface exercise={exercise} paths={paths} label={say.surface(factor)} />
      {(task === 1 || settled > 2) && (
        <div className={styles.controls}>
          {task === 1 && (
            <label>
              {say.learningRate} <b>{rate}</b>
              <input
                type="range"
                min={0.001}
                max={0.1}
                step={0.001}
                value={rate}
                onChange={(event) => setRate(Number(event.target.value))}
              />
            </label>
          )}
          <label>
            {say.stepsTaken} <b>{steps}</b>
            <input
              type="range"
              min={0}
              max={200}
              value={steps}
              onChange={(event) => setSteps(Number(event.target.value))}
            />
          </label>
        </div>
      )}
      {(task === 1 || settled > 2) && (
        <ul className={styles.legend} aria-live="polite">
          {paths.map((points, k) => {
            const last = points.at(-1);
            return (
              <li key={k} data-path={k}>
                {task === 2 && <b>{Object.keys(comparedOptimizers)[k]} </b>}
                {say.lossAfter(points.length - 1, last === undefined ? '∞' : formatNumber(last.loss, 3))}
              </li>
            );
          })}
        </ul>
      )}
    </>
  );
}

interface SurfaceProps {
  readonly exercise: RateExercise;
  readonly paths: readonly (readonly SurfacePoint[])[];
  readonly label: string;
}

function Surface({ exercise: { lossAt, factor }, paths, label }: SurfaceProps) {
  const [w0, w1] = [-0.4 * factor, 2.4 * factor];
  const [b0, b1] = [-1.2 * factor, 1.6 * factor];
  const toX = (w: number) => ((w - w0) / (w1 - w0)) * width;
  const toY = (b: number) => height - ((b - b0) / (b1 - b0)) * height;
  const ellipses = useMemo(() => {
    // The matrix turns a circle into a level curve: an ellipse of the quadratic loss, in pixels.
    const { ww, wb, bb } = curvature(lossAt, factor);
    const [across, down] = [width / (w1 - w0), -height / (b1 - b0)];
    const lower = Math.sqrt(bb - wb ** 2 / ww);
    const matrix = [across / Math.sqrt(ww), 0, (-across * wb) / (ww * lower), down / lower];
    return Array.from({ length: levels }, (_, k) => {
      const level = 0.01 * factor ** 2 * Math.expm1((Math.log1p(6000) * (levels - k - 0.5)) / levels);
      return { matrix: matrix.map((entry) => entry * Math.sqrt(2 * level)), shade: (90 * (levels - k - 1)) / levels };
    });
  }, [lossAt, factor, w0, w1, b0, b1]);
  return (
    <svg className={styles.surface} viewBox={`-30 -6 ${width + 36} ${height + 30}`} role="img" aria-label={label}>
      <svg x={0} y={0} width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        <rect width={width} height={height} style={{ '--shade': '90%' } as object} />
        {ellipses.map(({ matrix, shade }, k) => (
          <circle
            key={k}
            r={1}
            transform={`matrix(${[...matrix, toX(factor), toY(0)].join(' ')})`}
            style={{ '--shade': `${shade}%` } as object}
          />
        ))}
      </svg>
      <text x={width - 4} y={height + 18} textAnchor="end">
        w
      </text>
      <text x={-16} y={14}>
        b
      </text>
      {[0, factor].map((w) => (
        <text key={w} x={toX(w)} y={height + 18} textAnchor="middle">
          {formatNumber(w, 3)}
        </text>
      ))}
      <text x={-16} y={toY(0) + 4}>
        0
      </text>
      <circle className={styles.bottom} cx={toX(factor)} cy={toY(0)} r={5} />
      <svg x={0} y={0} width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        {paths.map((points, k) => (
          <g key={k} data-path={k}>
            <polyline points={points.map(({ w, b }) => `${clip(toX(w))},${clip(toY(b))}`).join(' ')} />
            {points.slice(0, 60).map(({ w, b }, step) => (
              <circle key={step} cx={clip(toX(w))} cy={clip(toY(b))} r={step === 0 ? 5 : 2.5} />
            ))}
          </g>
        ))}
      </svg>
    </svg>
  );
}

/**
 * Second derivatives of the loss. Exact up to rounding, because the loss is quadratic in w and b, and its minimum is 0,
 * at w = factor, b = 0.
 */
function curvature(lossAt: RateExercise['lossAt'], factor: number) {
  const [alongW, alongB, alongBoth] = [lossAt(factor + 1, 0), lossAt(factor, 1), lossAt(factor + 1, 1)];
  return { ww: 2 * alongW, bb: 2 * alongB, wb: alongBoth - alongW - alongB };
}

/** Clamps the coordinates of points far outside the picture. */
const clip = (pixel: number): string => Math.max(-5000, Math.min(5000, pixel)).toFixed(1);
