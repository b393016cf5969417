/** For regression: plot of predictions vs. targets, and a table of errors in the units of the target. */
import { memo, useEffect, useRef } from 'react';
import { useMessages } from '../language.js';
import { ticks } from '../shared/ticks.js';
import { formatNumber } from '../shared/format-number.js';
import { contextOf, frameOf } from './draw.js';
import type { RegressionFit } from './evaluation.js';
import { messages } from './messages.js';
import { short } from './numbers.js';
import type { Observation } from './observe.js';
import { css, type Palette, usePalette } from '../shared/palette.js';
import type { Ready } from './trainer.js';
import { useWidth } from '../shared/use-width.js';
import styles from './regression.module.css';

interface Props {
  readonly ready: Ready;
  readonly fit: NonNullable<Observation['fit']>;
}

export const Regression = memo(function Regression({ ready, fit }: Props) {
  const say = useMessages(messages);
  const { targets } = ready;
  if (targets === undefined) return null;
  return (
    <>
      <h3>{say.predictedAgainstTrue}</h3>
      <Scatter targets={targets} fit={fit} />
      <p className="quiet">
        {say.sentences(ready.validationCount > 0 ? [say.legendPoints, say.diagonal] : [say.diagonal])}
      </p>
      <div className={styles.errors}>
        <table>
          <caption className="quiet">{say.errorsIn(ready.targetName)}</caption>
          <thead>
            <tr>
              <td />
              <th scope="col">{say.meanAbsoluteError}</th>
              <th scope="col">{say.rootMeanSquareError}</th>
            </tr>
          </thead>
          <tbody>
            <Errors name={say.training} fit={fit.training} />
            {fit.validation && <Errors name={say.validation} fit={fit.validation} />}
            <Errors name={say.meanOfTargets} fit={errorsOfMean(targets)} />
          </tbody>
        </table>
      </div>
    </>
  );
});

function Errors(props: { readonly name: string; readonly fit: Omit<RegressionFit, 'predicted'> }) {
  const { meanAbsoluteError, rootMeanSquareError } = props.fit;
  return (
    <tr>
      <th scope="row">{props.name}</th>
      <td>{short(meanAbsoluteError)}</td>
      <td>{short(rootMeanSquareError)}</td>
    </tr>
  );
}

/**
 * Returns the errors of a model that always predicts the mean of the training targets. They are computed on the
 * validation set, or on the training set if there is no validation set.
 */
function errorsOfMean({ training, validation }: NonNullable<Ready['targets']>): Omit<RegressionFit, 'predicted'> {
  const meanOf = (values: Float32Array, transform: (value: number) => number) =>
    values.reduce((sum, value) => sum + transform(value), 0) / values.length;
  const mean = meanOf(training, (value) => value);
  const evaluated = validation ?? training;
  return {
    meanAbsoluteError: meanOf(evaluated, (value) => Math.abs(value - mean)),
    rootMeanSquareError: Math.sqrt(meanOf(evaluated, (value) => (value - mean) ** 2)),
  };
}

const maxSide = 380;
const margin = { left: 52, bottom: 36, top: 6, right: 6 };

interface ScatterProps {
  readonly targets: NonNullable<Ready['targets']>;
  readonly fit: Props['fit'];
}

function Scatter({ targets, fit }: ScatterProps) {
  const say = useMessages(messages);
  const palette = usePalette();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [frame, available] = useWidth();
  const width = Math.min(maxSide, available);
  const height = Math.round(width * 0.8);
  useEffect(() => {
    if (canvas.current === null || width === 0) return;
    const context = contextOf(canvas.current, width, height);
    const range = rangeOf(targets);
    const [innerWidth, innerHeight] = [width - margin.left - margin.right, height - margin.top - margin.bottom];
    const at = frameOf(range, range, innerWidth, innerHeight);
    const toX = (value: number) => margin.left + at.x(value);
    // Predictions outside the range are drawn at the border.
    const toY = (value: number) => margin.top + at.y(Math.max(range[0], Math.min(range[1], value)));
    drawAxes(context, range, toX, toY, palette, [say.trueValue, say.predictedValue], width, height);
    const dots = (trueValues: Float32Array, { predicted }: RegressionFit, filled: boolean) => {
      context.lineWidth = filled ? 1 : 1.5;
      context.fillStyle = css(filled ? palette.accent : palette.panel, filled ? 0.75 : 0.7);
      context.strokeStyle = css(filled ? palette.panel : palette.positive);
      for (let s = 0; s < predicted.length; s++) {
        context.beginPath();
        context.arc(toX(trueValues[s]), toY(predicted[s]), filled ? 3.4 : 3, 0, 2 * Math.PI);
        context.fill();
        context.stroke();
      }
    };
    dots(targets.training, fit.training, true);
    if (targets.validation && fit.validation) dots(targets.validation, fit.validation, false);
  }, [targets, fit, palette, width, height, say]);
  return (
    <div ref={frame}>
      <canvas ref={canvas} role="img" aria-label={say.predictedAgainstTrue} style={{ width, height }} />
    </div>
  );
}

function drawAxes(
  context: CanvasRenderingContext2D,
  range: readonly [number, number],
  toX: (value: number) => number,
  toY: (value: number) => number,
  palette: Palette,
  names: readonly [string, string],
  width: number,
  height: number,
): void {
  const [low, high] = range;
  context.font = '11px system-ui, sans-serif';
  for (const [k, tick] of ticks(range).entries()) {
    context.fillStyle = css(palette.line, 0.7);
    context.fillRect(toX(tick), toY(high), 1, toY(low) - toY(high));
    context.fillRect(toX(low), toY(tick), toX(high) - toX(low), 1);
    context.fillStyle = css(palette.quiet);
    context.textAlign = 'center';
    // Label only every second tick, so that long labels do not touch.
    if (k % 2 === 0) context.fillText(formatNumber(tick, 4), toX(tick), height - 21);
    context.textAlign = 'right';
    context.fillText(formatNumber(tick, 4), toX(low) - 5, toY(tick) + 4);
  }
  context.textAlign = 'center';
  context.fillText(`${names[0]} →`, (margin.left + width) / 2, height - 5);
  context.save();
  context.translate(10, (height - margin.bottom) / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(`${names[1]} →`, 0, 0);
  context.restore();
  context.beginPath();
  context.moveTo(toX(low), toY(low));
  context.lineTo(toX(high), toY(high));
  context.strokeStyle = css(palette.quiet);
  context.lineWidth = 1.2;
  context.stroke();
}

/** Returns the range of the targets, with a margin of 8 % on both sides. */
function rangeOf({ training, validation }: ScatterProps['targets']): readonly [number, number] {
  let [min, max] = [Infinity, -Infinity];
  for (const part of validation ? [training, validation] : [training]) {
    for (const value of part) [min, max] = [Math.min(min, value), Math.max(max, value)];
  }
  const padding = (max - min) * 0.08 || 1;
  return [min - padding, max + padding];
}
