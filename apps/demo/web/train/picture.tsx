/** Panel with the output of the network: a surface, a curve, predictions vs. targets, or a confusion matrix. */
import { memo, type PointerEvent, useCallback, useMemo } from 'react';
import { useMessages } from '../language.js';
import {
  targetRange,
  contextOf,
  drawCurve,
  drawPoints,
  frameOf,
  imageOf,
  pixelOf,
  ramp,
  surfacePixel,
} from './draw.js';
import { ImageCanvas } from './image-canvas.js';
import { Misclassified } from './image-panels.js';
import { messages } from './messages.js';
import { percent, short } from './numbers.js';
import type { Observation, SamplePrediction } from './observe.js';
import { css, mix, type Palette, usePalette } from '../shared/palette.js';
import { Regression } from './regression.js';
import type { Ready } from './trainer.js';
import { useDrawing } from './use-drawing.js';
import { useWidth } from '../shared/use-width.js';
import styles from './picture.module.css';
import areas from './view.module.css';

interface Props {
  readonly ready: Ready;
  readonly observation: Observation;
  /**
   * Index of the selected node. A surface shows the node's values instead of the output; a curve plot shows both. If
   * null, only the output is shown.
   */
  readonly inspected: number | null;
  readonly choose: (sample: number) => void;
}

interface PictureProps extends Props {
  readonly setRow: (row: Float64Array) => void;
}

export const Picture = memo(function Picture({ ready, observation, inspected, choose, setRow }: PictureProps) {
  const say = useMessages(messages);
  const drawable = ready.resolution > 0 && observation.picture !== undefined;
  const name = ready.layout.layers.flatMap(({ ids }) => ids)[inspected ?? -1];
  return (
    <section className={`panel ${areas.output}`} aria-label={say.output}>
      <h2>
        {drawable && inspected !== null ? say.outputOf(name) : drawable || observation.fit ? say.output : say.confusion}
      </h2>
      {drawable && <Plot ready={ready} observation={observation} inspected={inspected} choose={choose} />}
      {observation.fit && <Regression ready={ready} fit={observation.fit} />}
      {!drawable && observation.confusion && <Confusion ready={ready} counts={observation.confusion} />}
      {drawable && observation.confusion !== undefined && ready.classes.length > 2 && (
        <Confusion ready={ready} counts={observation.confusion} />
      )}
      {observation.misclassified && (
        <Misclassified ready={ready} misclassified={observation.misclassified} setRow={setRow} />
      )}
      {observation.sample !== undefined && <Sample ready={ready} sample={observation.sample} />}
    </section>
  );
});

const maxSide = 380;

function Plot({ ready, observation, inspected, choose }: Props) {
  const say = useMessages(messages);
  const palette = usePalette();
  const [frameElement, available] = useWidth();
  const planar = ready.axes.length === 2;
  const side = Math.min(maxSide, available);
  const height = planar ? side : Math.round(side * 0.8);
  const points = useMemo(
    () => (side === 0 ? undefined : pointsPicture(ready, palette, side, height)),
    [ready, palette, side, height],
  );
  const canvas = useDrawing(
    useCallback(
      (element) => {
        if (side === 0) return;
        const context = contextOf(element, side, height);
        if (planar) drawSurface(context, ready, observation, inspected, palette, side);
        else drawCurvePlot(context, ready, observation, inspected, palette, side, height);
        if (points === undefined) return;
        context.drawImage(points, 0, 0, side, height);
        if (observation.sample) ring(context, ready, observation.sample, plotFrame(ready, side, height), palette);
      },
      [ready, observation, inspected, palette, points, side, height, planar],
    ),
  );

  const click = (event: PointerEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const frame = plotFrame(ready, side, height);
    choose(nearest(ready, event.clientX - box.left, event.clientY - box.top, frame));
  };
  return (
    <div ref={frameElement} className={styles.plot}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={planar ? say.surface : say.fitted}
        style={{ width: side, height }}
        onPointerDown={click}
      />
      <p className={`${styles.axes} quiet`} aria-hidden style={{ width: side }}>
        <span>{short(ready.axes[0][0])}</span>
        <span>
          {ready.inputNames[0]}
          {planar ? ` → · ${ready.inputNames[1]} ↑` : ` → · ${ready.targetName} ↑`}
        </span>
        <span>{short(ready.axes[0][1])}</span>
      </p>
      <p className="quiet">
        {say.sentences([
          ...(ready.task === 'binary' ? [say.sides(ready.classes[0], ready.classes[1])] : []),
          ...(ready.validationCount > 0 ? [say.legendPoints] : []),
          say.clickPoint,
        ])}
      </p>
    </div>
  );
}

const plotFrame = (ready: Ready, width: number, height: number) =>
  frameOf(ready.axes[0], ready.axes.length === 2 ? ready.axes[1] : targetRange(ready), width, height);

/** Draws the samples on a separate canvas, since they do not change during training. */
function pointsPicture(ready: Ready, palette: Palette, width: number, height: number): HTMLCanvasElement | undefined {
  const { points } = ready;
  if (points === undefined) return undefined;
  const canvas = document.createElement('canvas');
  const context = contextOf(canvas, width, height);
  const frame = plotFrame(ready, width, height);
  if (points.validation) drawPoints(context, ready, points.validation, frame, palette, false);
  drawPoints(context, ready, points.training, frame, palette, true);
  return canvas;
}

function drawSurface(
  context: CanvasRenderingContext2D,
  ready: Ready,
  { picture, responses }: Observation,
  inspected: number | null,
  palette: Palette,
  side: number,
): void {
  const response = inspected === null || responses === undefined ? undefined : responseOf(ready, responses, inspected);
  const pixelAt = response ? responsePixel(response, palette) : surfacePixel(ready, picture!, palette);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.drawImage(imageOf(response ? ready.nodeResolution : ready.resolution, pixelAt), 0, 0, side, side);
}

function responseOf({ nodeResolution, axes }: Ready, responses: Int8Array, node: number): Int8Array {
  const count = nodeResolution ** axes.length;
  return responses.subarray(node * count, (node + 1) * count);
}

function responsePixel(response: Int8Array, palette: Palette) {
  const pixels = ramp(palette, 0.9);
  return (pixel: number) => pixels[response[pixel] + 128];
}

function drawCurvePlot(
  context: CanvasRenderingContext2D,
  ready: Ready,
  { picture, responses }: Observation,
  inspected: number | null,
  palette: Palette,
  width: number,
  height: number,
): void {
  const frame = frameOf(ready.axes[0], targetRange(ready), width, height);
  context.fillStyle = css(palette.line);
  context.fillRect(0, frame.y(0), width, 1);
  context.fillRect(frame.x(0), 0, 1, height);
  drawCurve(context, picture!, frame.y, width, css(palette.positive, inspected === null ? 1 : 0.25), 3);
  if (inspected === null || responses === undefined) return;
  const response = responseOf(ready, responses, inspected);
  drawCurve(
    context,
    response,
    (value) => height / 2 - (value / 127) * (height / 2 - 6),
    width,
    css(palette.negative),
    3,
  );
}

function ring(
  context: CanvasRenderingContext2D,
  { axes }: Ready,
  { input, target }: SamplePrediction,
  { x, y }: ReturnType<typeof frameOf>,
  palette: Palette,
): void {
  context.beginPath();
  context.arc(x(input[0]), y(axes.length === 2 ? input[1] : target), 9, 0, 2 * Math.PI);
  context.strokeStyle = css(palette.text);
  context.lineWidth = 2.5;
  context.stroke();
}

/** Returns the index of the training sample closest to a position on the canvas. */
function nearest({ axes, points }: Ready, left: number, top: number, { x, y }: ReturnType<typeof frameOf>): number {
  let best = 0;
  let min = Infinity;
  const { count, inputs, targets } = points!.training;
  for (let s = 0; s < count; s++) {
    const across = x(inputs[axes.length * s]) - left;
    const down = y(axes.length === 2 ? inputs[2 * s + 1] : targets[s]) - top;
    if (across ** 2 + down ** 2 < min) [best, min] = [s, across ** 2 + down ** 2];
  }
  return best;
}

function Confusion(props: { readonly ready: Ready; readonly counts: readonly (readonly number[])[] }) {
  const { ready, counts } = props;
  const say = useMessages(messages);
  const palette = usePalette();
  return (
    <div className={styles.confusion} tabIndex={0} role="group" aria-label={say.confusion}>
      <table>
        <caption className="quiet">{say.confusionOf(ready.validationCount > 0)}</caption>
        <thead>
          <tr>
            <td />
            {ready.classes.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {counts.map((row, truth) => (
            <tr key={ready.classes[truth]}>
              <th scope="row">{ready.classes[truth]}</th>
              {row.map((count, predictedClass) => (
                <Count
                  key={predictedClass}
                  count={count}
                  row={row}
                  isCorrect={truth === predictedClass}
                  palette={palette}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Count(props: {
  readonly count: number;
  readonly row: readonly number[];
  readonly isCorrect: boolean;
  readonly palette: Palette;
}) {
  const { count, row, isCorrect, palette } = props;
  const all = row.reduce((sum, other) => sum + other, 0);
  const share = all === 0 ? 0 : count / all;
  const colour = mix(palette.panel, isCorrect ? palette.accent : palette.positive, 0.45 * Math.sqrt(share));
  return (
    <td style={{ background: css(colour) }} title={percent(share)} data-count={count}>
      {count === 0 ? '·' : count}
    </td>
  );
}

function Sample({ ready, sample }: { readonly ready: Ready; readonly sample: SamplePrediction }) {
  const say = useMessages(messages);
  const palette = usePalette();
  const side = Math.sqrt(sample.input.length);
  const pictured = Number.isInteger(side) && side >= 8;
  const pixelAt = useCallback(
    (pixel: number) => pixelOf(mix(palette.panel, palette.text, sample.input[pixel])),
    [sample, palette],
  );
  const { outputs, target, predictedClass, number } = sample;
  const regression = ready.task === 'regression';
  const [truth, guess] = regression
    ? [short(target), short(outputs[0])]
    : [ready.classes[target], ready.classes[predictedClass]];
  return (
    <div className={styles.sample}>
      {pictured && <ImageCanvas side={side} size={84} pixelAt={pixelAt} />}
      <p>{say.sampleIs(number, truth, guess)}</p>
    </div>
  );
}
