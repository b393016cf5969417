/** A small square image, enlarged without smoothing. */
import { useCallback } from 'react';
import { paintImage } from './draw.js';
import { useDrawing } from './use-drawing.js';
import styles from './images.module.css';

interface Props {
  /** Pixels per side of the image. */
  readonly side: number;
  /** Side length on the page, in CSS pixels. */
  readonly size: number;
  /**
   * Returns the colour of the pixel at an index (row-major), as encoded by `pixelOf` in `draw.ts`. The image is redrawn
   * when this function changes.
   */
  readonly pixelAt: (index: number) => number;
}

export function ImageCanvas({ side, size, pixelAt }: Props) {
  const canvas = useDrawing(useCallback((element) => paintImage(element, side, pixelAt), [side, pixelAt]));
  return <canvas ref={canvas} className={styles.pixels} style={{ width: size, height: size }} aria-hidden />;
}
