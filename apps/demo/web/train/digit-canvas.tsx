/** A canvas on which the user draws a digit. It also shows the misclassified image that the user selects. */
import { type PointerEvent, useEffect, useRef } from 'react';
import { useMessages } from '../language.js';
import { digitImage } from './digit-image.js';
import { imageOf, pixelOf } from './draw.js';
import { messages } from './messages.js';
import { css, mix, usePalette } from '../shared/palette.js';
import styles from './predict-panel.module.css';

interface Props {
  /** Pixels per side of the image. */
  readonly side: number;
  /** The pixels of the image to classify, drawn here or selected in another panel; undefined if there is none. */
  readonly row: Float64Array | undefined;
  readonly setRow: (row: Float64Array) => void;
}

/** Side length of the canvas, in pixels. */
const size = 196;
/** Width of the brush, in pixels. */
const brush = 16;

export function DigitCanvas({ side, row, setRow }: Props) {
  const say = useMessages(messages);
  const palette = usePalette();
  const canvas = useRef<HTMLCanvasElement>(null);
  /** The pixels of the current drawing; undefined if the canvas is empty or shows a selected image. */
  const drawing = useRef<Float64Array>(undefined);
  const last = useRef<readonly [x: number, y: number]>(null);
  useEffect(() => {
    if (row !== undefined && row === drawing.current) return;
    drawing.current = undefined;
    const context = canvas.current!.getContext('2d')!;
    context.clearRect(0, 0, size, size);
    if (row === undefined) return;
    const pixelAt = (pixel: number) => pixelOf(mix(palette.panel, palette.text, row[pixel]));
    context.drawImage(imageOf(side, pixelAt), 0, 0, size, size);
  }, [row, side, palette]);

  const draw = (event: PointerEvent<HTMLCanvasElement>) => {
    const context = canvas.current!.getContext('2d')!;
    const box = event.currentTarget.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * size;
    const y = ((event.clientY - box.top) / box.height) * size;
    context.lineWidth = brush;
    context.lineCap = 'round';
    context.strokeStyle = css(palette.text);
    context.beginPath();
    context.moveTo(...(last.current ?? [x, y]));
    context.lineTo(x, y);
    context.stroke();
    last.current = [x, y];
    drawing.current = digitImage(canvas.current!, side);
    if (drawing.current !== undefined) setRow(drawing.current);
  };
  return (
    <canvas
      ref={canvas}
      className={styles.digit}
      width={size}
      height={size}
      role="img"
      aria-label={say.drawDigit}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        // A drawing replaces a selected image.
        if (drawing.current === undefined) canvas.current!.getContext('2d')!.clearRect(0, 0, size, size);
        draw(event);
      }}
      onPointerMove={(event) => last.current !== null && draw(event)}
      onPointerUp={() => (last.current = null)}
      onPointerCancel={() => (last.current = null)}
    />
  );
}
