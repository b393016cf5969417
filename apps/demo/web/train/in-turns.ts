/** Draws canvases for a few milliseconds per frame, so that many that change at once do not hold up the page. */

/** Milliseconds of drawing per frame. At least one canvas is drawn. */
const budget = 6;
/** The queue. A canvas that changes again keeps its position. */
const waiting = new Map<HTMLCanvasElement, () => void>();
/** Canvases that are blank, in their order: they come before those that show an older image. */
const blank = new Set<HTMLCanvasElement>();
const drawn = new WeakSet<HTMLCanvasElement>();
let isScheduled = false;

/** Calls `draw` in one of the next frames, instead of an earlier one of the canvas that still waits. */
export function drawInTurns(canvas: HTMLCanvasElement, draw: () => void): void {
  waiting.set(canvas, draw);
  if (!drawn.has(canvas)) blank.add(canvas);
  schedule();
}

/** For a canvas that is removed. */
export function forget(canvas: HTMLCanvasElement): void {
  waiting.delete(canvas);
  blank.delete(canvas);
}

function schedule(): void {
  if (isScheduled || waiting.size === 0) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    const until = performance.now() + budget;
    for (const canvas of [...blank, ...[...waiting.keys()].filter((canvas) => !blank.has(canvas))]) {
      const draw = waiting.get(canvas)!;
      forget(canvas);
      drawn.add(canvas);
      draw();
      if (performance.now() >= until) break;
    }
    schedule();
  });
}
