/** A small square image from numbers, enlarged without smoothing. */
import { useEffect, useRef } from 'react';
import { contextOf, imageOf } from './draw.js';
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
  useEffect(() => {
    if (canvas.current === null) return;
    const context = contextOf(canvas.current, size, size);
    context.imageSmoothingEnabled = false;
    context.drawImage(imageOf(side, colourAt), 0, 0, size, size);
  }, [side, size, colourAt]);
  return <canvas ref={canvas} style={{ width: size, height: size }} aria-hidden />;
}
