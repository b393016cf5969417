/**
 * A queue of drawings. It draws only elements on or near the screen, for a few milliseconds per frame, so that many
 * changes at once do not block the page. Before printing, it draws all elements.
 */

/** Milliseconds of drawing per frame. At least one element is drawn. */
const budget = 6;
/** The queue. An element that is queued again keeps its position. */
const waiting = new Map<Element, () => void>();
/** Elements that have been drawn before. The others are still blank, so they are drawn first. */
const drawn = new WeakSet<Element>();
const observed = new WeakSet<Element>();
/** Elements that are neither on nor near the screen. */
const hidden = new WeakSet<Element>();
let isScheduled = false;
let onEmpty: (() => void)[] = [];
let observer: IntersectionObserver | undefined;

/** Calls `draw` in one of the next frames. Replaces a queued `draw` of the same element. */
export function queueDrawing(element: Element, draw: () => void): void {
  observe(element);
  waiting.set(element, draw);
  schedule();
}

/** Removes an element from the queue. Call it before the element is removed from the page. */
export function cancelDrawing(element: Element): void {
  observer?.unobserve(element);
  observed.delete(element);
  waiting.delete(element);
}

/** Resolves when every queued element on or near the screen has been drawn. */
export const allDrawn = (): Promise<void> =>
  new Promise((resolve) => {
    onEmpty.push(resolve);
    schedule();
  });

function observe(element: Element): void {
  if (observer === undefined) {
    observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          if (isIntersecting) hidden.delete(target);
          else hidden.add(target);
        }
        schedule();
      },
      { rootMargin: '200px' },
    );
    addEventListener('beforeprint', () => {
      for (const [element, draw] of waiting) drawNow(element, draw);
    });
  }
  if (observed.has(element)) return;
  observed.add(element);
  observer.observe(element);
}

function drawNow(element: Element, draw: () => void): void {
  waiting.delete(element);
  drawn.add(element);
  draw();
}

const visible = () => [...waiting].filter(([element]) => !hidden.has(element));

function schedule(): void {
  if (isScheduled || (onEmpty.length === 0 && visible().length === 0)) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    const until = performance.now() + budget;
    const queue = visible().toSorted(([a], [b]) => Number(drawn.has(a)) - Number(drawn.has(b)));
    for (const [element, draw] of queue) {
      drawNow(element, draw);
      if (performance.now() >= until) break;
    }
    if (visible().length === 0) {
      for (const resolve of onEmpty) resolve();
      onEmpty = [];
    }
    schedule();
  });
}

/** Duration of a frame at 60 frames per second, in milliseconds. */
const frameTime = 1000 / 60;

/**
 * Returns how many milliseconds to wait after a drawing that took `drawing` milliseconds. On a fast device, every other
 * frame can show a new drawing. On a slow device, where a drawing takes several frames, up to three quarters of the
 * time remain free for other work.
 */
export const restAfter = (drawing: number): number => drawing + 2 * Math.max(0, drawing - frameTime);
