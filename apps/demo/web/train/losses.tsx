/** Panel with the loss curves, updated during training. */
import { memo, useEffect, useEffectEvent, useRef, useState } from 'react';
import UPlot from 'uplot';
import { useMessages } from '../language.js';
import type { Curve } from './curve.js';
import { formatNumber } from '../shared/format-number.js';
import { SavePicture } from '../shared/save-picture.js';
import { CurvePicture } from './curve-picture.js';
import { cancelDrawing, queueDrawing } from './draw-queue.js';
import { messages } from './messages.js';
import { axisOf, lineOf } from '../shared/canvas-plot.js';
import { css, usePalette } from '../shared/palette.js';
import { useWidth } from '../shared/use-width.js';
import styles from './losses.module.css';
import areas from './view.module.css';

interface Props {
  readonly curve: Curve;
  readonly validation: boolean;
  readonly standardized: boolean;
}

const height = 210;
/** Value at which a loss of 0 is drawn on a logarithmic scale. */
const floor = 1e-12;

export const Losses = memo(function Losses({ curve, validation, standardized }: Props) {
  const say = useMessages(messages);
  const palette = usePalette();
  const [frame, width] = useWidth();
  const plot = useRef<UPlot>(null);
  const [chosen, choose] = useState<boolean>();
  const logarithmic = chosen ?? isWide(curve);
  const currentData = useEffectEvent(() => plotData(curve, validation, logarithmic));

  useEffect(() => {
    if (frame.current === null || width === 0) return;
    const axis = axisOf(palette);
    const newPlot = new UPlot(
      {
        width,
        height,
        scales: { x: { time: false } },
        axes: [
          { ...axis, size: 32 },
          { ...axis, size: 62, values: (_, ticks) => ticks.map((tick) => tickLabel(tick, logarithmic)) },
        ],
        series: [
          { label: say.steps },
          lineOf(say.training, css(palette.accent)),
          ...(validation ? [lineOf(say.validation, css(palette.positive), [6, 3])] : []),
        ],
        cursor: { drag: { x: false, y: false } },
        legend: { live: false },
      },
      currentData(),
      frame.current,
    );
    plot.current = newPlot;
    return () => {
      newPlot.destroy();
      plot.current = null;
    };
  }, [frame, width, palette, validation, logarithmic, say]);

  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    queueDrawing(element, () => plot.current?.setData(plotData(curve, validation, logarithmic)));
  }, [frame, curve, validation, logarithmic]);
  useEffect(() => {
    const element = frame.current!;
    return () => cancelDrawing(element);
  }, [frame]);

  return (
    <section className={`panel ${areas.losses}`} aria-label={say.lossCurves}>
      <h2>{say.lossCurves}</h2>
      <div ref={frame} className={styles.chart} />
      <div className={styles.scale}>
        <label>
          <input type="checkbox" checked={logarithmic} onChange={(event) => choose(event.target.checked)} />{' '}
          {say.logarithmic}
        </label>
        <SavePicture name="loss">
          <CurvePicture curve={curve} logarithmic={logarithmic} />
        </SavePicture>
      </div>
      {standardized && <p className="quiet">{say.standardizedLoss}</p>}
    </section>
  );
});

/** Ratio of largest to smallest loss above which the scale is logarithmic by default. */
const wideRatio = 1000;

/** Whether the losses span several powers of ten, for example after training has diverged. */
function isWide({ training, validation }: Curve): boolean {
  let [min, max] = [Infinity, 0];
  for (const value of [...training, ...validation]) {
    if (value === null || !(value > 0) || value === Infinity) continue;
    [min, max] = [Math.min(min, value), Math.max(max, value)];
  }
  return max > wideRatio * min;
}

/** Returns the label of a tick. On the logarithmic scale, ticks are exponents of 10. */
const tickLabel = (tick: number, logarithmic: boolean): string =>
  formatNumber(logarithmic ? Number((10 ** tick).toPrecision(2)) : tick);

function plotData(
  { steps, training, validation }: Curve,
  hasValidation: boolean,
  logarithmic: boolean,
): UPlot.AlignedData {
  const toScale = (values: readonly (number | null)[]) =>
    values.map((value) => (value !== null && logarithmic ? Math.log10(Math.max(floor, value)) : value));
  const all = [[...steps], toScale(training)];
  if (hasValidation) all.push(toScale(validation));
  return all as UPlot.AlignedData;
}
