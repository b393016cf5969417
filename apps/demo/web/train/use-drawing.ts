/** Draws on a canvas through the drawing queue. */
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import { cancelDrawing, queueDrawing } from './draw-queue.js';

/** Returns the ref for a canvas. When `draw` changes, the canvas is redrawn in one of the next frames. */
export function useDrawing(draw: (canvas: HTMLCanvasElement) => void): RefObject<HTMLCanvasElement | null> {
  const canvas = useRef<HTMLCanvasElement>(null);
  // The drawing is queued before the browser paints, so that a new canvas is not blank at first.
  useLayoutEffect(() => {
    const element = canvas.current;
    if (element !== null) queueDrawing(element, () => draw(element));
  }, [draw]);
  useEffect(() => {
    const element = canvas.current!;
    return () => cancelDrawing(element);
  }, []);
  return canvas;
}
