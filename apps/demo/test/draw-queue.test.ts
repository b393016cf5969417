import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { allDrawn, cancelDrawing, queueDrawing, restAfter } from '../web/train/draw-queue.js';

const frames: (() => void)[] = [];
let now = 0;
const nextFrame = () => frames.splice(0).forEach((frame) => frame());

/** Reports which elements are on the screen. */
let report: (entries: readonly { readonly target: Element; readonly isIntersecting: boolean }[]) => void;
let print: () => void;

// The queue creates its only observer on the first call to `queueDrawing`.
vi.stubGlobal(
  'IntersectionObserver',
  class {
    constructor(callback: typeof report) {
      report = callback;
    }
    observe = vi.fn();
    unobserve = vi.fn();
  },
);
vi.stubGlobal('addEventListener', (_: string, listener: () => void) => void (print = listener));

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', (frame: () => void) => frames.push(frame));
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  while (frames.length > 0) nextFrame();
  vi.restoreAllMocks();
});

/** Returns a canvas and a function that queues its drawing, which takes `milliseconds` and adds `name` to `log`. */
const canvas = (name: string, log: string[], milliseconds: number) => {
  const element = {} as HTMLCanvasElement;
  const queue = () =>
    queueDrawing(element, () => {
      log.push(name);
      now += milliseconds;
    });
  return { element, queue };
};

test('canvases are drawn for 6 ms per frame, blank ones first, and removed ones not at all', () => {
  const log: string[] = [];
  const all = ['a', 'b', 'c', 'd'].map((name) => canvas(name, log, 3));
  all[0].queue();
  all[1].queue();
  all[2].queue();
  all[2].queue();
  nextFrame();
  expect(log).toEqual(['a', 'b']);
  nextFrame();
  expect(log).toEqual(['a', 'b', 'c']);

  log.length = 0;
  all[0].queue();
  all[1].queue();
  all[3].queue();
  cancelDrawing(all[1].element);
  nextFrame();
  expect(log).toEqual(['d', 'a']);
});

test('a canvas that is not on the screen is drawn when it appears, or before the page is printed', async () => {
  const log: string[] = [];
  const [above, below] = ['above', 'below'].map((name) => canvas(name, log, 1));
  above.queue();
  below.queue();
  report([
    { target: above.element, isIntersecting: true },
    { target: below.element, isIntersecting: false },
  ]);
  const done = allDrawn();
  nextFrame();
  await done;
  expect(log).toEqual(['above']);
  report([{ target: below.element, isIntersecting: true }]);
  nextFrame();
  expect(log).toEqual(['above', 'below']);
  report([{ target: below.element, isIntersecting: false }]);
  below.queue();
  nextFrame();
  print();
  expect(log).toEqual(['above', 'below', 'below']);
});

test('on a fast device, every other frame can show a drawing; on a slow device, the frame rate averages at least 45 per second', () => {
  const frame = 1000 / 60;
  expect(restAfter(frame)).toBe(frame);
  for (const drawing of [2 * frame, 50, 100, 200, 400]) {
    const rest = restAfter(drawing);
    const frameCount = 1 + rest / frame;
    expect((1000 * frameCount) / (drawing + rest), `${drawing} ms`).toBeGreaterThan(45 - 1e-9);
  }
});
