/** A small square image from numbers, enlarged without smoothing. */
import { useEffect, useLayoutEffect, useRef } from 'react';
import { contextOf, imageOf } from './draw.js';
import { queueDrawing, cancelDrawing } from './draw-queue.js';
import type { Rgb } from '../shared/palette.js';

interface Props {
  /** Pixels per side of the image. */
  readonly side: number;
  /** Side on the page, in CSS pixels. */
  readonly size: number;
  /** The colour of each pixel, row by row. A new function draws the image again. */
  readonly colourAt: (pixel: number) => Rgb;
}

export function ImageCanvas({ side, size, colourAt }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  // Before the browser paints, so that a new image is not blank at first.
  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    queueDrawing(element, () => {
      const context = contextOf(element, size, size);
      context.imageSmoothingEnabled = false;
      context.drawImage(imageOf(side, colourAt), 0, 0, size, size);
    });
  }, [side, size, colourAt]);
  useEffect(() => {
    const element = canvas.current!;
    return () => cancelDrawing(element);
  }, []);
  return <canvas ref={canvas} style={{ width: size, height: size }} aria-hidden />;
}
