/** Draws a few canvases per frame, so that many that change at once do not hold up the page. */

const perFrame = 3;
/** The queue. A canvas that changes again keeps its position. */
const waiting = new Map<HTMLCanvasElement, () => void>();
let isScheduled = false;

/** Calls `draw` in one of the next frames, instead of an earlier one of the canvas that still waits. */
export function drawInTurns(canvas: HTMLCanvasElement, draw: () => void): void {
  waiting.set(canvas, draw);
  schedule();
}

/** For a canvas that is removed. */
export const forget = (canvas: HTMLCanvasElement): void => void waiting.delete(canvas);

function schedule(): void {
  if (isScheduled || waiting.size === 0) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    for (const [canvas, draw] of [...waiting].slice(0, perFrame)) {
      waiting.delete(canvas);
      draw();
    }
    schedule();
  });
}
