/** Draws canvases for a few milliseconds per frame, so that many that change at once do not hold up the page. */

/** Milliseconds of drawing per frame. At least one canvas is drawn. */
const budget = 6;
/** The queue. A canvas that changes again keeps its position. */
const waiting = new Map<HTMLCanvasElement, () => void>();
/** Canvases that show an image: the others, which are blank, come first. */
const drawn = new WeakSet<HTMLCanvasElement>();
let isScheduled = false;

/** Calls `draw` in one of the next frames, instead of an earlier one of the canvas that still waits. */
export function queueDrawing(canvas: HTMLCanvasElement, draw: () => void): void {
  waiting.set(canvas, draw);
  schedule();
}

/** For a canvas that is removed. */
export function cancelDrawing(canvas: HTMLCanvasElement): void {
  waiting.delete(canvas);
}

function schedule(): void {
  if (isScheduled || waiting.size === 0) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    const until = performance.now() + budget;
    const queue = [...waiting].toSorted(([a], [b]) => Number(drawn.has(a)) - Number(drawn.has(b)));
    for (const [canvas, draw] of queue) {
      waiting.delete(canvas);
      drawn.add(canvas);
      draw();
      if (performance.now() >= until) break;
    }
    schedule();
  });
}
